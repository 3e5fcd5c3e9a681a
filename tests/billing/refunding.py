"""A paid invoice, people of the staff with their limits, and what they ask of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group, Permission
from django.db.models import F

from accounts.models import User
from billing import clock, reactions
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, Invoice, RefundLimit, RefundRequest, Transition, Work
from billing.refunding import Wish
from billing.rules.refund import Terms
from billing.services.request_refund import LineOrder, RefundOrder, request_refund
from billing.services.send_refunds import send_refunds
from billing.services.sync import refresh_due
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.factories import UserFactory

LIMITS = {"support": (5000, 10000), "finance": (20000, 30000)}
TERMS = {
    "reason": "requested_by_customer",
    "credit_reason": "order_change",
    "note": "They never used it",
    "access": "keep",
}


def limits(currency: str = "eur") -> None:
    """Support up to 50.00 of a charge and 100.00 a day, finance 200.00 and 300.00."""
    for role, (charge, day) in LIMITS.items():
        RefundLimit.objects.update_or_create(
            role=role,
            currency=currency,
            defaults={"per_charge_minor": charge, "per_day_minor": day, "window_days": 60},
        )


def person(name: str, role: str, *, has_all_rights: bool = True) -> User:
    """Somebody in a role, with all rights about refunds or those of the role alone."""

    found = User.objects.filter(email=f"{name}@staff.example").first()
    if found is not None:
        return found
    user = UserFactory(email=f"{name}@staff.example", full_name=name.title(), is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    if has_all_rights:
        codenames = {"content_type__app_label": "billing", "codename__endswith": "_refundrequest"}
        user.user_permissions.set(Permission.objects.filter(**codenames))
    return user


def sam() -> User:
    return person("sam", "support")


def fiona() -> User:
    return person("fiona", "finance")


def paid(shop: Shop, **changed: Any) -> ChargeAttempt:
    """The charge of a first invoice of 128.00 €."""
    limits()
    shop.subscribe(**changed)
    return ChargeAttempt.objects.get()


def wish(shop: Shop, **changed: Any) -> Wish:
    actor = changed.pop("actor", None) or sam()
    return Wish(**{"actor": actor, "request_key": uuid4(), "now": shop.now, **changed})


def ask(shop: Shop, charge: ChargeAttempt, amount_minor: int | None = 3000, **changed: Any) -> RefundRequest:
    """Ask for an amount with tax, or for `lines`, as Sam of support unless said otherwise."""
    whose = {name: changed.pop(name) for name in ("actor", "request_key", "now") if name in changed}
    order = RefundOrder(
        basis=changed.pop("basis", "gross"),
        amount_minor=amount_minor,
        lines=tuple(LineOrder(*line) for line in changed.pop("lines", ())),
    )
    shown_minor = changed.pop("shown_minor", None)
    terms = Terms(**{**TERMS, **changed})
    return request_refund(charge.pk, order, terms, shown_minor=shown_minor, wish=wish(shop, **whose))


def sweep(shop: Shop) -> None:
    """What the worker does: send, look at what came of it, react."""
    send_refunds(shop.now)
    while refresh_due():
        pass
    reactions.run_due(shop.now)


def sweep_later(shop: Shop) -> None:
    """The same after every wait and lease is over."""
    past = clock.system_now() - timedelta(minutes=5)
    RefundRequest.objects.update(run_at=past, lease_until=None)
    Work.objects.filter(done__lt=F("want")).update(run_at=past, lease_until=None)
    Transition.objects.filter(is_settled=False).update(run_at=past)
    sweep(shop)


def see(shop: Shop, request: RefundRequest) -> RefundRequest:
    """What a webhook about its refund leads to."""
    refresh(ObjectRef(ObjectKind.REFUND, str(request.stripe_refund_id)))
    while refresh_due():
        pass
    reactions.run_due(shop.now)
    request.refresh_from_db()
    return request


def at_stripe(charge: ChargeAttempt) -> list[Any]:
    """The refunds that Stripe has of the charge."""
    page = client().v1.refunds.list(params={"charge": charge.stripe_charge_id, "limit": 100})
    return list(page.auto_paging_iter())


def notes_of(charge: ChargeAttempt) -> list[Any]:
    page = client().v1.credit_notes.list(params={"invoice": charge.stripe_invoice_id, "limit": 100})
    return list(page.auto_paging_iter())


def faults_of(charge: ChargeAttempt) -> list[str]:
    """What must never be so, once all is worked off: D14, and no orphan in either direction."""
    found = []
    made, notes = at_stripe(charge), notes_of(charge)
    rows = {str(row.uuid): row for row in RefundRequest.objects.filter(charge=charge)}
    by_request: dict[str, list[Any]] = {}
    for refund in made:
        by_request.setdefault((refund["metadata"] or {}).get("refund_request", ""), []).append(refund)
    for uuid, refunds in by_request.items():
        if uuid and len(refunds) > 1:
            found.append(f"{uuid} has {len(refunds)} refunds")
        if uuid and (uuid not in rows or rows[uuid].stripe_refund_id != refunds[0]["id"]):
            found.append(f"{refunds[0]['id']} is an orphan")
    linked = [link["refund"] for note in notes for link in note["refunds"]]
    for row in rows.values():
        if row.state in ("approved", "sending", "unknown") or row.is_unfinished:
            found.append(f"{row} does not settle: {row.state}")
        if row.state == "succeeded" and row.origin == "staff" and linked.count(row.stripe_refund_id) != 1:
            found.append(f"{row} is on {linked.count(row.stripe_refund_id)} credit notes")
    returned = sum(refund["amount"] for refund in made if refund["status"] not in ("failed", "canceled"))
    if returned > charge.amount_captured_minor:
        found.append(f"{returned} went back of {charge.amount_captured_minor}")
    return found


def taxed_invoice(shop: Shop) -> ChargeAttempt:
    """Two lines, 100.00 and 20.00 €, with 19 % tax on top, paid by card."""
    limits()
    shop.subscribe(price=shop.growth)
    stripe = client().v1
    customer = shop.organization.billing_customers.get(is_deleted=False).stripe_customer_id
    rate = stripe.tax_rates.create(params={"display_name": "VAT", "percentage": 19, "inclusive": False})
    invoice = stripe.invoices.create(params={"customer": customer, "auto_advance": False})
    for amount_minor, description in ((10000, "Onboarding"), (2000, "Extra storage")):
        stripe.invoice_items.create(
            params={
                "customer": customer,
                "invoice": invoice["id"],
                "amount": amount_minor,
                "currency": "eur",
                "description": description,
                "tax_rates": [rate["id"]],
            }
        )
    stripe.invoices.finalize_invoice(invoice["id"])
    card = stripe.payment_methods.attach("pm_card_visa", params={"customer": customer})
    stripe.invoices.pay(invoice["id"], params={"payment_method": card["id"]})
    refresh(ObjectRef(ObjectKind.INVOICE, str(invoice["id"])))
    shop.work_off()
    stored = Invoice.objects.get(stripe_invoice_id=invoice["id"])
    return ChargeAttempt.objects.get(stripe_invoice_id=stored.stripe_invoice_id)
