"""The page on which staff ask for a refund: what came in, what is left, what they choose, the sum, the button."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.models import User
from accounts.views.request_key import request_key_of
from billing.admin.shown import amount, card_text_of, link_to
from billing.clock import business_now
from billing.errors import BillingError, SumChanged
from billing.models import ChargeAttempt
from billing.money import AmountDoesNotFit, Money
from billing.refunding import Wish
from billing.rules.refund import LONGEST_NOTE, Terms
from billing.services.request_refund import (
    LineOrder,
    Offer,
    RefundOrder,
    offer_refund,
    price_refund,
    request_refund,
)
from billing.terms import AccessChoice, AmountBasis, CreditReason, RefundReason

_REASONS = {
    RefundReason.REQUESTED_BY_CUSTOMER: "The customer asked for it",
    RefundReason.DUPLICATE: "It was charged twice",
    RefundReason.FRAUDULENT: "Fraudulent: also blocks card and e-mail at Stripe",
}
_CREDIT_REASONS = {
    CreditReason.ORDER_CHANGE: "The order was changed",
    CreditReason.PRODUCT_UNSATISFACTORY: "The product was not what they wanted",
    CreditReason.DUPLICATE: "It was charged twice",
    CreditReason.FRAUDULENT: "Fraudulent",
}
_ACCESS = {
    AccessChoice.KEEP: "Keep the plan as it is",
    AccessChoice.END_AT_PERIOD_END: "End the plan when its paid period ends",
    AccessChoice.END_NOW: "End the plan now",
}
_BASES = {AmountBasis.GROSS: "With tax (what goes back)", AmountBasis.NET: "Before tax (tax is added)"}
_NOT_ALONE = "A second person must approve this: it is above what you may give back of this charge on your own."


class RefundForm(forms.Form):
    """Amounts are in the currency's major unit, exact; lines come from the invoice."""

    basis = forms.ChoiceField(
        label="The amounts below are",
        choices=[(key.value, text) for key, text in _BASES.items()],
        initial=AmountBasis.GROSS.value,
        widget=UnfoldAdminRadioSelectWidget,
    )
    amount = forms.DecimalField(
        label="Amount",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        help_text="Leave it empty for all that is left, or for amounts of single lines.",
    )
    reason = forms.ChoiceField(label="Reason for the refund", widget=UnfoldAdminSelectWidget)
    credit_reason = forms.ChoiceField(
        label="What the credit note says",
        choices=[(key.value, text) for key, text in _CREDIT_REASONS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    access = forms.ChoiceField(
        label="And the plan? A refund ends nothing by itself",
        choices=[(key.value, text) for key, text in _ACCESS.items()],
        widget=UnfoldAdminRadioSelectWidget,
    )
    note = forms.CharField(
        label="Note",
        max_length=LONGEST_NOTE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Why, for the record. Customers do not see it.",
    )
    confirms_block = forms.BooleanField(
        label="Yes, put this buyer's card and e-mail on Stripe's block lists",
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="Only together with the reason “Fraudulent”. It cannot be undone here.",
    )

    def __init__(self, *args: Any, offer: Offer, may_block: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        self._currency = offer.looked.charge.currency
        reasons = [(key.value, text) for key, text in _REASONS.items()]
        if not may_block:
            reasons = [pair for pair in reasons if pair[0] != RefundReason.FRAUDULENT.value]
            del self.fields["confirms_block"]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
        if offer.looked.invoice is None:
            del self.fields["credit_reason"]
        if not offer.has_plan:
            self.fields["access"].choices = [  # type: ignore[attr-defined]
                (AccessChoice.KEEP.value, "No running plan hangs on this charge")
            ]
            self.initial.setdefault("access", AccessChoice.KEEP.value)
        if len(offer.lines) > 1:
            for number, (line, left_minor) in enumerate(offer.lines):
                self.fields[f"line_{number}"] = self._line_field(line.description, left_minor)
        order = ["basis", "amount", *(name for name in self.fields if name.startswith("line_"))]
        self.order_fields([*order, "reason", "confirms_block", "credit_reason", "access", "note"])

    def _line_field(self, description: str, left_minor: int) -> forms.DecimalField:
        return forms.DecimalField(
            label=f"Of “{description}”",
            required=False,
            widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
            help_text=f"Left of this line, before tax: {amount(left_minor, self._currency)}.",
        )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ["amount", *(name for name in self.fields if name.startswith("line_"))]:
            value = given.get(name)
            if isinstance(value, Decimal):
                try:
                    given[name] = Money.from_major(value, currency=self._currency).amount_minor
                except AmountDoesNotFit:
                    self.add_error(name, f"{self._currency.upper()} cannot have an amount as fine as this.")
        if given.get("amount") is not None and self._lines(given):
            self.add_error("amount", "Give an amount, or amounts of lines, not both.")
        return given

    def _lines(self, given: dict[str, Any]) -> tuple[LineOrder, ...]:
        found = ((number, given.get(f"line_{number}")) for number in range(len(self.offer.lines)))
        return tuple(LineOrder(self.offer.lines[number][0].stripe_line_id, minor) for number, minor in found if minor)

    def order(self) -> RefundOrder:
        given = self.cleaned_data
        return RefundOrder(AmountBasis(given["basis"]), given["amount"], self._lines(given))

    def terms(self) -> Terms:
        given = self.cleaned_data
        return Terms(
            reason=given["reason"],
            credit_reason=given.get("credit_reason", ""),
            note=given["note"],
            access=given["access"],
            confirms_block=given.get("confirms_block", False),
        )


def refund_page(
    request: HttpRequest, charge: ChargeAttempt, *, model_admin: ModelAdmin, way_back: str
) -> HttpResponse:
    """GET shows what is left; POST works the sum out and shows it; POST with `send` asks for it, and leads to it."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    key = request_key_of(request) if request.method == "POST" else UUID(int=0)
    wish = Wish(actor=request.user, request_key=key, now=business_now())
    try:
        offer = offer_refund(charge.pk, wish=wish)
    except BillingError as error:
        messages.error(request, f"{error.message} ({error.code})")
        return HttpResponseRedirect(way_back)
    may_block = request.user.has_perm("billing.block_buyer_refundrequest")
    data = request.POST if request.method == "POST" else None
    form = RefundForm(data, offer=offer, may_block=may_block)
    if data is not None and form.is_valid():
        try:
            if "send" in request.POST:
                return _ask(request, charge, form, wish=wish)
            offer = price_refund(charge.pk, form.order(), wish=wish)
        except SumChanged as error:
            form.add_error(None, f"{error.message} ({error.code})")
            offer = price_refund(charge.pk, form.order(), wish=wish)
        except BillingError as error:
            field = str(error.details.get("field") or "")
            form.add_error(field if field in form.fields else None, f"{error.message} ({error.code})")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Refund a payment of {charge.organization or 'nobody we know'}",
        "opts": model_admin.model._meta,
        "form": form,
        "facts": _facts(offer),
        "lines": _lines(offer),
        "limit": _limit(offer),
        "price": _price(offer),
        "way_back": way_back,
    }
    status = 400 if form.is_bound and form.errors else 200
    return TemplateResponse(request, "admin/billing/refund.html", context, status=status)


def _ask(request: HttpRequest, charge: ChargeAttempt, form: RefundForm, *, wish: Wish) -> HttpResponse:
    shown = request.POST.get("shown_minor", "")
    shown_minor = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 16 else -1
    row = request_refund(charge.pk, form.order(), form.terms(), shown_minor=shown_minor, wish=wish)
    what = amount(row.amount_minor, row.currency)
    if row.decided_at is None:
        messages.success(request, f"{what} are asked for. Another person has to approve it before anything is sent.")
    else:
        messages.success(request, f"{what} go to Stripe within seconds. What comes of it stands on this page.")
    return HttpResponseRedirect(reverse("admin:billing_refundrequest_change", args=[row.pk]))


def _facts(offer: Offer) -> list[tuple[str, Any]]:
    charge, whole = offer.looked.charge, offer.looked.whole
    shown: Callable[[int], str] = lambda minor: amount(minor, charge.currency)  # noqa: E731
    facts: list[tuple[str, Any]] = [
        ("Paid with", card_text_of(charge)),
        ("Captured", shown(charge.amount_captured_minor)),
    ]
    if offer.looked.invoice is not None:
        facts += [
            ("Invoice", link_to(offer.looked.invoice)),
            ("Net of the invoice", shown(whole.net_minor)),
            ("Tax of the invoice", shown(whole.tax_minor)),
            ("Total of the invoice", shown(whole.gross_minor)),
        ]
        from_balance = offer.looked.invoice.amount_paid_minor < whole.gross_minor
        if from_balance:
            facts.append(("Paid otherwise", "From the customer's balance or a credit: not by this card"))
    return [*facts, ("Left to refund", shown(offer.left_minor))]


def _lines(offer: Offer) -> list[tuple[str, str, str, str]]:
    currency = offer.looked.charge.currency
    return [
        (
            line.description,
            amount(line.net_minor, currency),
            amount(line.tax_minor, currency),
            amount(line.net_minor + line.tax_minor, currency),
        )
        for line, _ in offer.lines
    ]


def _limit(offer: Offer) -> str:
    currency = offer.looked.charge.currency
    if offer.room_minor <= 0:
        return "You may give back nothing of this charge on your own today: a second person must approve any amount."
    room = amount(offer.room_minor, currency)
    if offer.room_minor >= offer.left_minor:
        return f"Your limit for this charge today is {room}: all that is left goes without a second person."
    return f"Your limit for this charge today is {room}: above it, a second person must approve."


def _price(offer: Offer) -> dict[str, Any] | None:
    if offer.price is None:
        return None
    currency = offer.looked.charge.currency
    gross = amount(offer.price.gross_minor, currency)
    return {
        "net": amount(offer.price.net_minor, currency),
        "tax": amount(offer.price.tax_minor, currency),
        "gross": gross,
        "minor": offer.price.gross_minor,
        "warning": _NOT_ALONE if offer.needs_second_person else "",
        "verb": f"Ask for approval of {gross}" if offer.needs_second_person else f"Send {gross} back",
    }
