"""Lets in programs by `Authorization: Bearer bk_…`, and people by their session with Django's CSRF check."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from billing import clock
from billing.errors import KeyInvalid
from billing.models import ApiKey
from billing.services.use_api_key import use_api_key

_SCHEME = "bearer"
CSRF_FAILED = "csrf_failed"


class KeyHolder:
    """What stands in `request.user` for a program: it has signed in, and is no person."""

    is_authenticated = True
    is_active = True
    is_staff = False
    pk = None


class ApiKeyAuthentication(BaseAuthentication):
    """A request that names a key stands or falls with it; the session is then not asked."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        scheme, _, text = header.partition(" ")
        if scheme.lower() != _SCHEME:
            raise KeyInvalid()
        key = use_api_key(text.strip(), now=clock.system_now())
        bind_contextvars(organization_id=key.organization_id, api_key=key.prefix)
        return KeyHolder(), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class BrowserAuthentication(SessionAuthentication):
    """The browser's session; every write carries Django's CSRF token as `X-CSRFToken`."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            raise PermissionDenied(
                "The request carries no valid CSRF token. Send it as X-CSRFToken.", code=CSRF_FAILED
            ) from None


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "bk_test_… or bk_live_…",
            "description": "A key from the page *Team → API keys*. It acts for one organization in one environment.",
        }


class BrowserScheme(OpenApiAuthenticationExtension):
    target_class = BrowserAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "The session of a signed-in browser. Writes carry the CSRF token as `X-CSRFToken`.",
        }
