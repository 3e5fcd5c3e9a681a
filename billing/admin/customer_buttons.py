"""Which buttons stand on the customer's page, for whom; each leads to a page that asks first."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.admin.objects import dashboard_url
from billing.selectors.customer_page import CustomerPage
from billing.terms import LIVE_SUBSCRIPTION_STATUSES, ObjectKind, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    url: str
    icon: str
    is_outside: bool = False


def buttons_of(page: CustomerPage, user: Any) -> list[Button]:
    """Those that lead somewhere now. The page behind a button decides again."""
    return [
        *(button for may, button in _acts(page) if user.has_perm(f"billing.{may}")),
        *_at_stripe(page),
    ]


def _acts(page: CustomerPage) -> list[tuple[str, Button]]:
    """Each act that makes sense now, under the permission that it needs."""
    pk, customer = page.organization.pk, page.customer
    acts = [("add_customernote", Button("Write a note", _act("note", pk), "edit_note"))]
    is_customer = customer is not None and not customer.is_deleted
    if is_customer and customer is not None and customer.currency:
        acts.append(("add_customercredit", Button("Give credit", _act("credit", pk), "savings")))
    acts += [*_of_trial(page), *_of_plan(page)]
    grant = reverse("admin:billing_entitlementoverride_grant", args=[pk])
    acts.append(("grant_entitlementoverride", Button("Grant beside the plan", grant, "redeem")))
    if is_customer:
        acts.append(("resync_customer", Button("Fetch again", _act("resync", pk), "sync")))
    return acts


def _of_trial(page: CustomerPage) -> list[tuple[str, Button]]:
    trial = next((row for row in page.subscriptions.shown if row.status == SubscriptionStatus.TRIALING), None)
    if trial is None:
        return []
    url = reverse("admin:billing_subscription_extend_trial", args=[trial.pk])
    return [("add_trialchange", Button("Extend the trial", url, "more_time"))]


def _of_plan(page: CustomerPage) -> list[tuple[str, Button]]:
    live = [row for row in page.subscriptions.shown if row.status in LIVE_SUBSCRIPTION_STATUSES]
    if not live:
        return []
    pk = page.organization.pk
    end_now = ("end_now_cancelrequest", Button("End now", _act("end_now", pk), "event_busy"))
    if live[0].cancel_at is not None:
        return [end_now]
    return [("add_cancelrequest", Button("Cancel the plan", _act("cancel", pk), "event_upcoming")), end_now]


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
