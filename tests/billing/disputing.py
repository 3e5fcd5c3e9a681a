"""What tests of disputes need: a charge of a subscription that its bank contests, and staff who answer."""

from typing import Any
from uuid import uuid4

from accounts.models import User
from billing.disputework import DisputeWish
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, Dispute, EvidenceDraft
from billing.services.save_evidence_draft import save_evidence_draft
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.factories import UserFactory

TEXTS = {"product_description": "A studio's bookings", "uncategorized_text": "They used it all month"}


def charge_of(shop: Shop) -> ChargeAttempt:
    """The organization's charge; it subscribes first if it has none."""
    if not ChargeAttempt.objects.filter(organization=shop.organization).exists():
        shop.subscribe()
    return ChargeAttempt.objects.filter(organization=shop.organization).latest("created_at")


def contested(shop: Shop, **how: Any) -> Dispute:
    """The bank contests that charge; the sandbox's `reason`, `inquiry`, `due_by`. Looked at as webhooks would."""
    made = shop.sandbox.ask("POST", "/_sandbox/disputes", {"charge": charge_of(shop).stripe_charge_id, **how})
    return look(shop, str(made["id"]))


def look(shop: Shop, stripe_dispute_id: str) -> Dispute:
    """What a webhook about the dispute leads to."""
    refresh(ObjectRef(ObjectKind.DISPUTE, stripe_dispute_id))
    shop.work_off()
    return Dispute.objects.get(stripe_dispute_id=stripe_dispute_id)


def staff_member(name: str = "sam") -> User:
    address = f"{name}@staff.example"
    return User.objects.filter(email=address).first() or UserFactory(email=address, is_staff=True)


def wish(shop: Shop, dispute: Dispute, **changed: Any) -> DisputeWish:
    """By a form of its own, with the id typed, unless something else is given."""
    given = {"actor": staff_member(), "request_key": uuid4(), "now": shop.now, "typed_id": dispute.stripe_dispute_id}
    return DisputeWish(**{**given, **changed})


def draft(shop: Shop, dispute: Dispute, texts: dict[str, str] | None = None, **more: Any) -> EvidenceDraft:
    found = EvidenceDraft.objects.filter(dispute=dispute).first()
    version = found.version if found else 0
    return save_evidence_draft(
        dispute.pk,
        texts=TEXTS if texts is None else texts,
        version=version,
        wish=wish(shop, dispute),
        **more,
    )


def at_stripe(dispute: Dispute) -> Any:
    return client().v1.disputes.retrieve(dispute.stripe_dispute_id)


def sent_in(shop: Shop) -> list[dict[str, Any]]:
    """The calls that handed evidence in, as the sandbox saw them."""
    calls = shop.sandbox.requests()["data"]
    return [call for call in calls if call["method"] == "POST" and call["path"].startswith("/v1/disputes/")]
