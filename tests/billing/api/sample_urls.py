"""The product's addresses and a few endpoints as a company would write its own, to see what the base gives them."""

from typing import Any

import django_filters
from django.http import HttpRequest
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from billing import audit
from billing.api.view import OWNERS, ApiListView, ApiView
from billing.errors import PreviewStale, UnderWay
from billing.models import AuditEntry
from billing.terms import ApiScope
from billing_project.urls import urlpatterns as product


class Line(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=1)


class Note(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=20)
    lines = Line(many=True, required=False)


class NotesView(ApiView):
    """Writes an entry under its request key, once, as a service would."""

    read_scope = ApiScope.SUBSCRIPTION_READ
    write_scope = ApiScope.SUBSCRIPTION_WRITE

    def get(self, request: Request) -> Response:
        return Response({"notes": notes_of(self.caller.organization).count()})

    def post(self, request: Request) -> Response:
        note = Note(data=request.data)
        note.is_valid(raise_exception=True)
        text = note.validated_data["text"]
        if text == "stale":
            raise PreviewStale()
        is_new = not notes_of(self.caller.organization).filter(subject=str(self.request_key)).exists()
        if is_new:
            audit.record(
                "note",
                subject=str(self.request_key),
                organization=self.caller.organization,
                actor=self.caller.actor,
            )
        if is_new and text == "busy":
            raise UnderWay()
        if is_new and text == "crash":
            raise RuntimeError("the machine went away")
        return Response({"id": str(self.request_key), "text": text}, status=201)


class SecretsView(ApiView):
    write_scope = ApiScope.WEBHOOKS_WRITE
    write_roles = OWNERS
    holds_secret = True

    def post(self, request: Request) -> Response:
        return Response({"secret": "whsec_shown_once"}, status=201)


class Entry(serializers.ModelSerializer[AuditEntry]):
    class Meta:
        model = AuditEntry
        fields = ["subject", "created_at"]


class EntryFilter(django_filters.FilterSet):
    since = django_filters.IsoDateTimeFilter("created_at", "gte")

    class Meta:
        model = AuditEntry
        fields = ["action"]


class EntriesView(ApiListView):
    """Not for programs: it names no scope."""

    model = AuditEntry
    serializer_class = Entry
    filterset_class = EntryFilter

    def rows(self) -> Any:
        return AuditEntry.objects.filter(organization=self.caller.organization)


def notes_of(organization: Organization) -> Any:
    return AuditEntry.objects.filter(organization=organization, action="note")


def broken(request: HttpRequest) -> Any:
    raise RuntimeError("something of ours")


urlpatterns = [
    path("api/v1/notes/", NotesView.as_view()),
    path("api/v1/secrets/", SecretsView.as_view()),
    path("api/v1/entries/", EntriesView.as_view()),
    path("api/v1/broken/", broken),
    *product,
]
handler400 = "billing_project.error_pages.bad_request"
handler403 = "billing_project.error_pages.permission_denied"
handler500 = "billing_project.error_pages.server_error"
