"""How staff give a customer credit from its page: the sum, what they may give, a reason."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from accounts.models import User
from billing.admin.customer_acts import asked_organization, wish_of
from billing.admin.customer_page import customer_url
from billing.admin.question import Question, ReasonForm, ask
from billing.admin.shown import amount
from billing.errors import InvalidInput, NoCurrencyYet
from billing.money import AmountDoesNotFit, Money
from billing.rules.credit import limit_of
from billing.selectors.customer_page import customer_of
from billing.selectors.staff import roles_of
from billing.services.credit_customer import credit_customer


class CreditForm(ReasonForm):
    """How much, in the customer's currency, and why."""

    amount = forms.DecimalField(
        label="Credit",
        min_value=Decimal("0.001"),
        max_digits=12,
        decimal_places=3,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    field_order = ["amount", "reason"]


def give_credit(request: HttpRequest, *, organization_id: int, model_admin: ModelAdmin) -> HttpResponse:
    organization = asked_organization(request, organization_id, "billing.add_customercredit")
    customer = customer_of(organization.pk)
    currency = customer.currency if customer else ""

    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        if not currency:
            raise NoCurrencyYet()
        try:
            sum_given = Money.from_major(given["amount"], currency=currency)
        except AmountDoesNotFit:
            raise InvalidInput("This sum is finer than the currency allows.", field="amount") from None
        credit = credit_customer(organization, amount=sum_given, wish=wish_of(given, actor, request_key))
        return f"{amount(credit.amount_minor, credit.currency)} will be taken off the next invoices."

    question = Question(
        title=f"Give {organization} credit",
        sentences=[
            f"The next invoices cost so much less, in {currency.upper()}; no money leaves."
            if currency
            else NoCurrencyYet.message,
            _allowed(request.user, currency),
        ],
        verb="Give the credit",
        way_back=customer_url(organization.pk),
        act=act,
        form=CreditForm,
    )
    return ask(request, question, model_admin=model_admin)


def _allowed(user: Any, currency: str) -> str:
    limit = limit_of(roles_of(user), currency=currency) if currency and isinstance(user, User) else None
    if limit is None:
        return "You have no role that gives credit."
    return f"You may give {amount(limit.once, currency)} at once and {amount(limit.in_a_day, currency)} in 24 hours."
