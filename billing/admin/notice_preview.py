"""The preview of every mail: made-up words, each language, text and HTML. Nothing is stored, and nothing is sent."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from billing import notices
from billing.admin.notice_samples import ORGANIZATION, sample_words
from billing.admin.shown import words

_FOLDER = Path(settings.BASE_DIR) / "templates" / "emails"
_ENDING = ".subject.txt"


def notice_kinds() -> list[str]:
    """Each kind of mail that has its templates."""
    return sorted(path.name.removesuffix(_ENDING) for path in _FOLDER.glob(f"*{_ENDING}"))


def preview(request: HttpRequest, *, model_admin: ModelAdmin, kind: str = "", as_html: bool = False) -> HttpResponse:
    """One kind of mail, the first without `kind`; 404 for one that is not. Needs the right to view notices.

    With `as_html` the answer is the mail's HTML part and nothing else.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    kinds = notice_kinds()
    kind = kind or kinds[0]
    language = request.GET.get("language", settings.DEFAULT_LANGUAGE)
    if kind not in kinds or language not in dict(settings.LANGUAGES):
        raise Http404("There is no such mail")
    written = notices.write(
        kind,
        organization=ORGANIZATION,
        language=language,
        time_zone=ZoneInfo(settings.DEFAULT_TIME_ZONE),
        **sample_words(),
    )
    if as_html:
        return HttpResponse(written.html)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": "Preview of mails",
        "opts": model_admin.model._meta,
        "kind": kind,
        "kind_words": words(kind),
        "kinds": [(reverse("admin:billing_notice_preview", args=[one]), words(one), one == kind) for one in kinds],
        "languages": [(code, name, code == language) for code, name in settings.LANGUAGES],
        "language": language,
        "html_url": reverse("admin:billing_notice_preview_html", args=[kind]),
        "written": written,
    }
    return TemplateResponse(request, "admin/billing/notice_preview.html", context)
