"""How staff let a subscription be paid by invoice, or its card be charged again: two buttons on its page."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.models import User
from billing.admin.question import Question, ReasonForm, ask
from billing.admin.read_only import ReadOnlyAdmin
from billing.clock import business_now
from billing.models import Subscription
from billing.services.invoice_terms import MOST_DAYS, set_invoice_terms
from billing.terms import LIVE_SUBSCRIPTION_STATUSES


class TermsForm(ReasonForm):
    """Within how many days an invoice is to be paid, and why."""

    days_until_due = forms.IntegerField(
        label="Days to pay",
        min_value=1,
        max_value=MOST_DAYS,
        initial=lambda: settings.INVOICE_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="From the day of the invoice to the day by which it is to be paid.",
    )
    field_order = ["days_until_due", "reason"]


class SetsTerms(ReadOnlyAdmin):
    """For who has the permission `billing.add_invoicetermschange`, while the subscription can still cost money."""

    def has_set_terms_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        if not request.user.has_perm("billing.add_invoicetermschange"):
            return False
        return request.method == "POST" or self._live().filter(pk=object_id).exists()

    @action(
        description="Let it be paid by invoice", url_path="invoice", permissions=["set_terms"], icon="request_quote"
    )
    def send_invoices(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            days = given["days_until_due"]
            _set(row, days, given["reason"], actor, request_key)
            return f"Done. Later invoices are sent, to be paid within {days} days."

        question = Question(
            title=f"Let {row.organization} pay by invoice",
            sentences=[
                "Later invoices are sent by e-mail with a link, and no card is charged. Invoices that exist stay.",
                "Access goes on while an invoice waits. When its day has passed, the subscription is past due.",
            ],
            verb="Let it be paid by invoice",
            way_back=_page_of(object_id),
            act=act,
            form=TermsForm,
        )
        return ask(request, question, model_admin=self)

    @action(description="Charge its card again", url_path="card", permissions=["set_terms"], icon="credit_card")
    def charge_card(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self._row(object_id)

        def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
            _set(row, None, given["reason"], actor, request_key)
            return "Done. Later invoices are charged to the card."

        question = Question(
            title=f"Charge the card of {row.organization} again",
            sentences=["Later invoices are charged to the card on file. Invoices that were sent stay to be paid."],
            verb="Charge its card again",
            way_back=_page_of(object_id),
            act=act,
        )
        return ask(request, question, model_admin=self)

    def _live(self) -> Any:
        return Subscription.objects.filter(status__in=LIVE_SUBSCRIPTION_STATUSES, organization__isnull=False)

    def _row(self, object_id: str) -> Subscription:
        rows = Subscription.objects.filter(organization__isnull=False).select_related("organization")
        return get_object_or_404(rows, pk=object_id)


def _set(row: Subscription, days: int | None, reason: str, actor: User, request_key: UUID) -> None:
    if row.organization is not None:
        set_invoice_terms(
            row.organization,
            days_until_due=days,
            reason=reason,
            request_key=request_key,
            actor=actor,
            now=business_now(),
        )


def _page_of(object_id: str) -> str:
    return reverse("admin:billing_subscription_change", args=[object_id])
