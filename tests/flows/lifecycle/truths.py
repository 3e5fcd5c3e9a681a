"""What must hold after every step of a life, whatever was done: one subscription, one price, one sum, one access."""

from typing import Any

from billing import clock
from billing.gateway.client import client
from billing.models import Customer, Invoice, PlanChange, Price, Subscription
from billing.selectors.access import access_for
from billing.selectors.invariants import INVARIANTS
from billing.terms import LIVE_SUBSCRIPTION_STATUSES, ChangeBehaviour, PlanChangeState
from tests.flows.lifecycle.life import Life

_OPEN = ("active", "trialing")
_MAYBE = ("past_due",)
_BY_BUSINESS_TIME = ("planned_change_overdue",)


def faults_of(life: Life) -> list[str]:
    """What is wrong now, in words; nothing may wait when this is asked."""
    customer = Customer.objects.filter(organization=life.shop.organization).first()
    if customer is None or not customer.stripe_customer_id:
        return []
    params = {"customer": customer.stripe_customer_id, "status": "all", "limit": 100}
    theirs = list(client().v1.subscriptions.list(params=params))
    invoices = list(client().v1.invoices.list(params={"customer": customer.stripe_customer_id, "limit": 100}))
    return [
        *_more_than_one(theirs),
        *_other_than_stripe(theirs),
        *_access(life, theirs),
        *_sums(invoices),
        *_changes(life),
        *_invariants(life),
    ]


def _invariants(life: Life) -> list[str]:
    """Each by the clock that it looks at: nearly all measure what machines wait for."""
    faults = []
    for each in INVARIANTS:
        now = life.shop.now if each.name in _BY_BUSINESS_TIME else clock.system_now()
        if found := list(each.broken(now))[:3]:
            faults.append(f"invariant {each.name}: {found}")
    return faults


def _more_than_one(theirs: list[Any]) -> list[str]:
    live = [subscription["id"] for subscription in theirs if subscription["status"] in LIVE_SUBSCRIPTION_STATUSES]
    return [f"more than one live subscription: {live}"] if len(live) > 1 else []


def _other_than_stripe(theirs: list[Any]) -> list[str]:
    ours = {row.stripe_subscription_id: row for row in Subscription.objects.all()}
    faults = []
    for subscription in theirs:
        row, item = ours[subscription["id"]], subscription["items"]["data"][0]
        is_paused = subscription["pause_collection"] is not None
        have = (row.status, row.stripe_price_id, row.quantity, row.is_collection_paused, row.cancel_at is not None)
        want = (
            subscription["status"],
            item["price"]["id"],
            item["quantity"],
            is_paused,
            subscription["cancel_at"] is not None,
        )
        if have != want:
            faults.append(f"{subscription['id']}: ours {have}, Stripe's {want}")
    return faults


def _access(life: Life, theirs: list[Any]) -> list[str]:
    """By Stripe's own words: what is active is open, what is over is shut, and debt or a pause may be either."""
    codes = {price.stripe_price_id: price.plan.code for price in Price.objects.select_related("plan")}
    allowed = {"free"}
    for subscription in theirs:
        code = codes[subscription["items"]["data"][0]["price"]["id"]]
        if subscription["status"] in _OPEN and subscription["pause_collection"] is None:
            allowed = {code}
            break
        if subscription["status"] in (*_OPEN, *_MAYBE):
            allowed = {code, "free"}
    found = access_for(life.shop.organization, life.shop.now).plan_code
    return [] if found in allowed else [f"access is {found}, and it should be {sorted(allowed)}"]


def _sums(invoices: list[Any]) -> list[str]:
    """Money in is what invoices were paid with, and nothing was paid twice."""
    faults = []
    for invoice in invoices:
        if invoice["amount_paid"] > invoice["amount_due"]:
            faults.append(f"{invoice['id']} was paid {invoice['amount_paid']} of {invoice['amount_due']}")
        charged = sum(
            charge["amount_captured"]
            for payment in client().v1.invoice_payments.list(params={"invoice": invoice["id"], "status": "paid"})
            for charge in client().v1.charges.list(params={"payment_intent": payment["payment"]["payment_intent"]})
            if charge["status"] == "succeeded"
        )
        if charged != invoice["amount_paid"]:
            faults.append(f"{invoice['id']}: {charged} was charged, {invoice['amount_paid']} counts as paid")
    return faults


def _changes(life: Life) -> list[str]:
    """What was shown is what was billed, to the unit; a change that was not paid has changed nothing."""
    faults = [
        f"change {change.uuid} is still recorded"
        for change in PlanChange.objects.filter(state=PlanChangeState.RECORDED.value)
    ]
    billed = PlanChange.objects.filter(
        state=PlanChangeState.SUCCEEDED.value, behaviour=ChangeBehaviour.NOW_INVOICE.value, preview__isnull=False
    ).exclude(stripe_invoice_id="")
    for change in billed.select_related("preview"):
        assert change.preview is not None
        invoice = Invoice.objects.get(stripe_invoice_id=change.stripe_invoice_id)
        shown, due = change.preview.due_now_minor, invoice.amount_due_minor
        if invoice.billing_reason == "subscription_update" and shown != due:
            faults.append(f"change {change.uuid}: {shown} was shown, {due} was billed")
    return [*faults, *_changes_at_period_end(life)]


def _changes_at_period_end(life: Life) -> list[str]:
    """The first invoice of the other plan is the sum that was shown, if nothing was done in between."""
    faults = []
    landed = PlanChange.objects.filter(
        uuid__in=life.undisturbed, state=PlanChangeState.SUCCEEDED.value, preview__isnull=False
    )
    for change in landed.select_related("preview"):
        assert change.preview is not None
        assert change.effective_at is not None
        renewal = (
            Invoice.objects.filter(
                stripe_subscription_id=change.stripe_subscription_id,
                billing_reason="subscription_cycle",
                created_at__gte=change.effective_at,
            )
            .order_by("created_at")
            .first()
        )
        shown = change.preview.next_amount_minor
        if renewal is None:
            faults.append(f"change {change.uuid} has begun without an invoice")
        elif renewal.amount_due_minor != shown:
            faults.append(f"change {change.uuid}: {shown} was shown, {renewal.amount_due_minor} was billed")

    return faults
