"""Every e-mail that the product wrote, with its words and what became of it."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from billing.admin.notice_preview import preview
from billing.admin.notice_resend import resend_page
from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import NOTHING, link_to, words
from billing.models import Notice, NoticeContent

_COLOURS = {
    Notice.State.DUE.value: "info",
    Notice.State.SENDING.value: "info",
    Notice.State.SENT.value: "success",
    Notice.State.EXPIRED.value: "warning",
    Notice.State.FAILED.value: "danger",
}
_ERASED = "Erased; the row stays as the record that it was sent."


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ["subject", "recipient", "customer", "shown_kind", "shown_state", "created_at", "sent_at"]
    list_filter = ["state", "kind"]
    search_fields = ["=key", "content__recipient", "content__subject", "organization__name"]
    search_help_text = "A part of the recipient, the subject or the organization's name, or a whole key."
    ordering = ["-id"]
    readonly_fields = ["subject", "recipient", "customer", "shown_kind", "text"]
    fieldsets = [
        ("Message", {"fields": ["subject", "recipient", "text"]}),
        ("Sending", {"fields": ["state", "sent_at", "attempts", "run_at", "expires_at", "last_error"]}),
        ("Cause", {"fields": ["shown_kind", "key", "customer", "created_at", "uuid"]}),
    ]

    actions_list = ["preview_mails"]
    actions_detail = ["resend"]

    def has_resend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("billing.resend_notice"))

    @action(description="Send once more", url_path="resend", permissions=["resend"], icon="forward_to_inbox")
    def resend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return resend_page(request, get_object_or_404(Notice, pk=object_id), model_admin=self)

    def get_urls(self) -> list[URLPattern]:
        own = self.admin_site.admin_view(partial(preview, model_admin=self))
        return [
            path("preview/", own, name="billing_notice_previews"),
            path("preview/<str:kind>/", own, name="billing_notice_preview"),
            path("preview/<str:kind>/html/", own, {"as_html": True}, name="billing_notice_preview_html"),
            *super().get_urls(),
        ]

    @action(description="Preview of mails", url_path="preview-mails", permissions=["view"], icon="preview")
    def preview_mails(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:billing_notice_previews"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        rows: QuerySet[Notice] = super().get_queryset(request)
        return rows.select_related("content", "organization").defer("content__html")

    @display(description="Subject", ordering="content__subject")
    def subject(self, row: Notice) -> str:
        content = _content(row)
        return content.subject if content else _ERASED

    @display(description="To", ordering="content__recipient")
    def recipient(self, row: Notice) -> str:
        content = _content(row)
        return content.recipient if content else NOTHING

    @display(description="Organization", ordering="organization__name")
    def customer(self, row: Notice) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Kind", ordering="kind")
    def shown_kind(self, row: Notice) -> str:
        return words(row.kind)

    @display(description="State", ordering="state", label=_COLOURS)
    def shown_state(self, row: Notice) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description="Text")
    def text(self, row: Notice) -> SafeString | str:
        content = _content(row)
        if content is None:
            return _ERASED
        return format_html('<div style="white-space: pre-wrap; overflow-wrap: anywhere">{}</div>', content.text)


def _content(row: Notice) -> NoticeContent | None:
    return getattr(row, "content", None)
