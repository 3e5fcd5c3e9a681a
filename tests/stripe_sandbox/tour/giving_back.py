"""How money goes back: refunds, disputes with evidence and files, warnings; the balance, events and endpoints."""

import io
from typing import Any

from tests.stripe_sandbox.tour.guide import Guide


def give_back(guide: Guide) -> None:
    sdk = guide.sdk
    charge = guide.charge()
    refund = sdk.refunds.create({"charge": charge.id, "amount": 700, "reason": "requested_by_customer"})
    sdk.refunds.update(refund.id, {"metadata": {"why": "late"}})
    assert (sdk.refunds.retrieve(refund.id).metadata["why"], refund.status) == ("late", "succeeded")
    failed = sdk.refunds.create({"charge": guide.charge().id})
    guide.control("refunds/fail", {"refund": failed.id, "reason": "expired_or_canceled_card"})
    guide.control("settings", {"refunds": "requires_action"})
    assert sdk.refunds.cancel(sdk.refunds.create({"charge": guide.charge().id}).id).status == "canceled"
    guide.control("settings", {"refunds": "instant"})
    assert len(sdk.refunds.list().data) == 3
    _dispute(guide)
    _balance(guide, charge)


def _dispute(guide: Guide) -> None:
    sdk = guide.sdk
    receipt = io.BytesIO(b"%PDF-1.4 a receipt")
    receipt.name = "receipt.pdf"
    file = sdk.files.create({"purpose": "dispute_evidence", "file": receipt})
    link = sdk.file_links.create({"file": file.id})
    sdk.file_links.update(link.id, {"metadata": {"for": "bank"}})
    assert sdk.file_links.retrieve(link.id).metadata["for"] == "bank"
    assert sdk.file_links.list({"file": file.id}).data[0].id == link.id
    assert sdk.files.list().data[0].id == sdk.files.retrieve(file.id).id
    opened = [guide.control("disputes", {"charge": guide.charge().id})["id"] for _ in range(3)]
    evidence = {"receipt": file.id, "uncategorized_text": "winning_evidence"}
    sdk.disputes.update(opened[0], {"evidence": evidence})
    assert sdk.disputes.close(opened[1]).status == "lost"
    sdk.disputes.update(opened[2], {"evidence": {"uncategorized_text": "A draft"}, "submit": False})
    guide.control("fraud-warnings", {"charge": guide.charge().id})
    guide.advance("PT1M")
    assert sorted(each.status for each in sdk.disputes.list().data) == ["lost", "needs_response", "won"]
    assert sdk.disputes.retrieve(opened[0]).status == "won"
    warnings = sdk.radar.early_fraud_warnings
    assert warnings.retrieve(warnings.list().data[0].id).actionable


def _balance(guide: Guide, charge: Any) -> None:
    sdk = guide.sdk
    assert sdk.balance.retrieve().object == "balance"
    entry = sdk.balance_transactions.retrieve(charge.balance_transaction)
    assert entry.id in {each.id for each in sdk.balance_transactions.list({"limit": 100}).auto_paging_iter()}


def be_told(guide: Guide) -> None:
    """Events and the endpoints to which they go; the endpoint is taken away again."""
    sdk = guide.sdk
    event = sdk.events.list({"limit": 1, "types": ["customer.created"]}).data[0]
    assert sdk.events.retrieve(event.id).type == "customer.created"
    endpoint = sdk.webhook_endpoints.create(
        {"url": "http://127.0.0.1:9/hook", "enabled_events": ["customer.deleted"]}
    )
    sdk.webhook_endpoints.update(endpoint.id, {"disabled": True})
    assert sdk.webhook_endpoints.retrieve(endpoint.id).status == "disabled"
    assert endpoint.id in {each.id for each in sdk.webhook_endpoints.list().data}
    assert sdk.webhook_endpoints.delete(endpoint.id).deleted


def look_for_what_is_not_here(guide: Guide) -> None:
    """Kinds of which the sandbox never has one."""
    sdk = guide.sdk
    here = (sdk.application_fees, sdk.country_specs, sdk.payouts, sdk.reviews, sdk.shipping_rates, sdk.tax_codes)
    issuing = (sdk.issuing.authorizations, sdk.issuing.cardholders, sdk.issuing.cards, sdk.issuing.disputes)
    others = (sdk.issuing.transactions, sdk.entitlements.features, sdk.transfers)
    identity = (sdk.identity.verification_reports, sdk.identity.verification_sessions)
    assert all(kind.list().data == [] for kind in (*here, *issuing, *others, *identity))
    assert sdk.entitlements.active_entitlements.list({"customer": guide.customer().id}).data == []
    assert guide.client.v2.core.accounts.list().data == []
