"""What every endpoint has: who asks, what they may, one shape of failure, repeats, rates, ETags and headers.

An endpoint subclasses ApiView, or ApiListView for a list; docs/api.md says how one is written.
"""

from types import SimpleNamespace
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import Throttled
from rest_framework.generics import ListAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Role
from billing.api import repeats
from billing.api.authentication import ApiKeyAuthentication, BrowserAuthentication
from billing.api.caller import Caller, require_caller
from billing.api.pages import NewestFirst
from billing.api.parsing import ObjectParser
from billing.api.problems import CONTENT_TYPE, problem_of
from billing.api.reading import answer_if_changed
from billing.api.schema import ApiSchema
from billing.api.throttling import Rate, count_request
from billing.api.versions import KNOWN_VERSIONS, VERSION
from billing.errors import InvalidInput, NotSignedIn, RoleMissing, ScopeMissing, VersionUnknown
from billing.models import ApiRequest
from billing.terms import ApiScope

EVERYBODY = frozenset({Role.OWNER, Role.BILLING, Role.MEMBER})
BILLING_ROLES = frozenset({Role.OWNER, Role.BILLING})
OWNERS = frozenset({Role.OWNER})


class ByHeaderOnly(DefaultContentNegotiation):
    """`?format=` is a name that a list may want to filter by."""

    settings = SimpleNamespace(URL_FORMAT_OVERRIDE=None)  # type: ignore[assignment]  # All that is read of it.


class ApiView(APIView):
    """One endpoint. `read_scope` and `write_scope` are what a key needs; None: no key may. The roles are people's.

    `permission_classes` add gates of their own, such as `feature_permission("exports")`. With `holds_secret` an
    answer to a write is not kept, and so is given once.
    """

    authentication_classes = [ApiKeyAuthentication, BrowserAuthentication]
    permission_classes = []
    parser_classes = [ObjectParser]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    schema = ApiSchema()
    content_negotiation_class = ByHeaderOnly

    read_scope: ClassVar[ApiScope | None] = None
    write_scope: ClassVar[ApiScope | None] = None
    read_roles: ClassVar[frozenset[Role]] = EVERYBODY
    write_roles: ClassVar[frozenset[Role]] = BILLING_ROLES
    holds_secret: ClassVar[bool] = False

    caller: Caller
    written: ApiRequest | None = None
    _rate: Rate | None = None
    _stored: Response | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Everything that is decided before the endpoint's own method; each refusal is an exception."""
        self.format_kwarg = self.get_format_suffix(**kwargs)
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        self.perform_authentication(request)
        if not request.user.is_authenticated:
            raise NotSignedIn()
        if str(request.method).lower() not in self.http_method_names or not hasattr(
            self, str(request.method).lower()
        ):
            self.http_method_not_allowed(request)
        self.caller = require_caller(request)
        self._rate = count_request(self.caller)
        if self._rate and self._rate.is_over:
            raise Throttled(wait=self._rate.reset_seconds)
        _require_version(request)
        _refuse_nul(request, kwargs)
        self._require_right(request)
        self.check_permissions(request)
        if request.method not in SAFE_METHODS:
            self._begin_write(request)

    @property
    def request_key(self) -> Any:
        """The UUID under which a service knows this write: the same for each repeat with one Idempotency-Key."""
        assert self.written is not None  # noqa: S101  # A method that only reads has no wish to name.
        return self.written.request_key

    def needed_scope(self, request: Request) -> ApiScope | None:
        return self.read_scope if request.method in SAFE_METHODS else self.write_scope

    def handle_exception(self, exc: Exception) -> Response:
        if self._stored is not None and exc is _REPEATED:
            return self._stored
        body = problem_of(exc)
        if body is None:
            if self.written is not None:
                repeats.let_go(self.written)
            raise exc
        headers = {"WWW-Authenticate": 'Bearer realm="api"'} if body["status"] == 401 else {}
        if body["status"] == 503 or body["code"] == "request_in_progress":
            headers["Retry-After"] = "1"
        if body["status"] == 405:
            headers["Allow"] = ", ".join(self.allowed_methods)
        return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE, exception=True)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        if self.written is not None and self._stored is None:
            repeats.keep(self.written, response, holds_secret=self.holds_secret)
            response["Idempotency-Key"] = self.written.idempotency_key
        final = super().finalize_response(request, response, *args, **kwargs)
        final["API-Version"] = VERSION
        final["Cache-Control"] = "private, no-cache" if request.method in ("GET", "HEAD") else "private, no-store"
        for name, value in (self._rate.headers() if self._rate else {}).items():
            final[name] = value
        if request.method in ("GET", "HEAD") and final.status_code == 200:
            final["Vary"] = "Accept, Authorization, Cookie"
            final.add_post_render_callback(lambda rendered: _if_changed(request, rendered))
        return final

    def _require_right(self, request: Request) -> None:
        """403 where the key lacks the scope, or the person the role."""
        is_read = request.method in SAFE_METHODS
        if self.caller.key is not None:
            scope = self.needed_scope(request)
            if scope is None:
                raise ScopeMissing("No API key may do this: a person does, in the browser.", scope=None)
            if scope.value not in self.caller.key.scopes:
                raise ScopeMissing(f"This API key lacks the scope {scope}. Nothing was changed.", scope=scope.value)
        elif self.caller.membership is not None:
            roles = self.read_roles if is_read else self.write_roles
            if self.caller.membership.role not in roles:
                raise RoleMissing(roles=sorted(role.value for role in roles))

    def _begin_write(self, request: Request) -> None:
        row = repeats.begin(request, self.caller)
        if row.status is not None:
            self._stored = repeats.stored_answer(row)
            self._stored["Idempotency-Key"] = row.idempotency_key
            raise _REPEATED
        self.written = row


class ApiListView(ApiView, ListAPIView):
    """A list by pages. `rows` reads from a selector; `model` and `filterset_class` describe it."""

    filter_backends = [DjangoFilterBackend]
    pagination_class = NewestFirst
    model: ClassVar[type[Model]]
    ordered_by: ClassVar[str] = "created_at"

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        # The schema is made without a request, and so without anybody whose rows there could be.
        return self.model._default_manager.none() if getattr(self, "swagger_fake_view", False) else self.rows()


class _Repeated(Exception):
    """Leads out of `initial` to the stored answer."""


_REPEATED = _Repeated()


def _if_changed(request: Request, rendered: HttpResponse) -> HttpResponse:
    return answer_if_changed(request, rendered)


def _require_version(request: Request) -> None:
    wanted = request.headers.get("API-Version")
    if wanted is not None and wanted not in KNOWN_VERSIONS:
        raise VersionUnknown(known=list(KNOWN_VERSIONS))


def _refuse_nul(request: Request, kwargs: dict[str, Any]) -> None:
    """PostgreSQL keeps and compares no text with a NUL in it: asked for one, it fails."""
    texts = [*kwargs.values(), *(value for _, values in request.query_params.lists() for value in values)]
    if any(isinstance(text, str) and "\0" in text for text in texts):
        raise InvalidInput("The request holds a character that no text has. Nothing was changed.")
