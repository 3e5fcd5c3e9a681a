"""Answers whether this process serves requests; it must not know what the product does."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from billing_project.models import StartMark


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Says "ok" and the token of this start; with a token also the one that a task wrote, the proof of a worker.

    Without a token, as in production, it does not touch the database: a slow database is no reason to kill web.
    """
    answer = {"status": "ok", "token": settings.START_TOKEN}
    if settings.START_TOKEN:
        answer["task_token"] = StartMark.objects.values_list("token", flat=True).first() or ""
    return JsonResponse(answer)
