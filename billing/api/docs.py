"""Shows what the API can do: the schema, a page to browse it, and the meaning of each code; all from our own host."""

from functools import cache
from inspect import getdoc
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from billing import errors
from billing.api.problems import FRAMEWORK_CODES
from billing.errors import BillingError


@cache
def schema_of_process() -> dict[str, Any]:
    """Made once a process: it depends on code and settings only."""
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 as YAML, or as JSON for who asks for it."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def _get_schema_response(self, request: Request) -> Response:
        return Response(schema_of_process(), headers={"Cache-Control": "public, max-age=300"})


# Swagger UI's own style sheet draws its arrows with data: images.
@method_decorator(csp_update({"img-src": ["data:"]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from the static files; its start script is a request of its own, since no page runs inline ones."""

    authentication_classes = []
    permission_classes = [AllowAny]
    template_name = "api/docs.html"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


@require_safe
def error_codes(request: HttpRequest) -> HttpResponse:
    """Where the `type` of each problem leads."""
    return render(request, "api/errors.html", {"codes": _codes()})


def _codes() -> list[dict[str, Any]]:
    ours = [
        {"code": kind.code, "status": kind.status, "words": kind.message, "meaning": _meaning(kind)}
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, BillingError) and kind is not BillingError
    ]
    of_framework = [
        {"code": code, "status": status, "words": words, "meaning": ""}
        for code, (status, words) in FRAMEWORK_CODES.items()
    ]
    return sorted([*ours, *of_framework], key=lambda one: str(one["code"]))


def _meaning(kind: type[BillingError]) -> str:
    own = kind.__dict__.get("__doc__")
    return (getdoc(kind) or "").split("\n\n")[0].replace("`", "") if own else ""
