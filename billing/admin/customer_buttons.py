"""Which buttons stand on the customer's page, for whom; each leads to a page that asks first."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.admin.objects import dashboard_url
from billing.selectors.customer_page import CustomerPage
from billing.terms import ObjectKind


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    url: str
    icon: str
    is_outside: bool = False


def buttons_of(page: CustomerPage, user: Any) -> list[Button]:
    """Those that lead somewhere now. The page behind a button decides again."""
    organization = page.organization
    buttons = []
    if user.has_perm("billing.add_customernote"):
        buttons.append(Button("Write a note", _act("note", organization.pk), "edit_note"))
    return [*buttons, *_at_stripe(page)]


def _act(name: str, organization_id: int) -> str:
    return reverse(f"admin:billing_customer_{name}", args=[organization_id])


def _at_stripe(page: CustomerPage) -> list[Button]:
    """The customer in Stripe's dashboard, of the mode that it is in; the sandbox has a console instead."""
    customer = page.customer
    if customer is None or not customer.stripe_customer_id:
        return []
    if settings.USES_SANDBOX:
        return [Button("Open the sandbox", f"{settings.SANDBOX_URL}/_sandbox/", "open_in_new", is_outside=True)]
    url = dashboard_url(ObjectKind.CUSTOMER.value, customer.stripe_customer_id, is_live=customer.livemode)
    text = "Open in Stripe" if customer.livemode else "Open in Stripe (test)"
    return [Button(text, url, "open_in_new", is_outside=True)]
