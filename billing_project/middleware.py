"""What every response passes: the admin's own content policy, and one page for what is not found."""

import re
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.views.defaults import page_not_found

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
ADMIN_PREFIX = "/admin/"
ADMIN_POLICY = {
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
}


class RequestLogMiddleware:
    """Gives each request an id, which stands in all its log lines and in the answer.

    An id that a proxy gave is kept; one that could not be an id is not believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


@receiver(request_finished)
def forget_request(**kwargs: object) -> None:
    """Django logs a refusal after the last middleware, so only here is the request over for the log."""
    structlog.contextvars.clear_contextvars()


class AdminContentPolicyMiddleware:
    """Marks admin responses; django-csp's middleware, which runs after it on the way out, merges the mark."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(ADMIN_PREFIX):
            response._csp_update = ADMIN_POLICY  # type: ignore[attr-defined]
        return response


class OwnNotFoundPageMiddleware:
    """A page that is not found, or not theirs, shows people the same with DEBUG as without.

    An address that no page has still gets Django's list of addresses with DEBUG: it helps who writes the code.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return page_not_found(request, exception) if isinstance(exception, Http404) else None
