"""How money comes: intents, checkout, the portal and invoices that somebody makes by hand."""

from typing import Any

import stripe

from tests.stripe_sandbox.tour.guide import BACK, Guide


def pay(guide: Guide) -> None:
    sdk = guide.sdk
    customer = guide.customer()
    order = {"amount": 1200, "currency": "usd", "customer": customer.id, "capture_method": "manual"}
    intent = sdk.payment_intents.create(order)
    sdk.payment_intents.update(intent.id, {"description": "By hand"})
    sdk.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "return_url": BACK})
    assert sdk.payment_intents.capture(intent.id, {"amount_to_capture": 1000}).status == "succeeded"
    assert sdk.payment_intents.cancel(sdk.payment_intents.create(order).id).status == "canceled"
    assert sdk.payment_intents.retrieve(intent.id).amount_received == 1000
    assert sdk.payment_intents.search({"query": f"customer:'{customer.id}'"}).data
    assert len(sdk.payment_intents.list({"customer": customer.id}).data) == 2
    held = sdk.payment_intents.create(
        {**order, "payment_method": "pm_card_visa", "confirm": True, "return_url": BACK}
    )
    assert sdk.charges.capture(held.latest_charge).captured
    sdk.charges.update(held.latest_charge, {"description": "Captured"})
    assert sdk.charges.retrieve(held.latest_charge).description == "Captured"
    assert sdk.charges.search({"query": f"customer:'{customer.id}'"}).data
    assert len(sdk.charges.list({"customer": customer.id}).data) == 2
    wants_the_owner = {"payment_method": "pm_card_authenticationRequired", "confirm": True, "return_url": BACK}
    assert sdk.payment_intents.create({**order, **wants_the_owner}).status == "requires_action"
    left = sdk.payment_intents.create(
        {**order, "payment_method": "pm_card_visa", "confirm": True, "return_url": BACK}
    )
    assert left.status == "requires_capture"
    _set_up(guide, customer)


def _set_up(guide: Guide, customer: Any) -> None:
    intents = guide.sdk.setup_intents
    intent = intents.create({"customer": customer.id, "usage": "off_session"})
    intents.update(intent.id, {"description": "For later"})
    done = intents.confirm(intent.id, {"payment_method": "pm_card_visa", "return_url": BACK})
    assert (done.status, intents.retrieve(intent.id).description) == ("succeeded", "For later")
    assert intents.cancel(intents.create({"customer": customer.id}).id).status == "canceled"
    for card, status in (("pm_card_authenticationRequired", "requires_action"), ("pm_card_chargeDeclined", "")):
        waiting = intents.create({"customer": customer.id})
        try:
            found = intents.confirm(waiting.id, {"payment_method": card, "return_url": BACK}).status
        except stripe.CardError:
            found = ""
        assert found == status
    assert len(intents.list({"customer": customer.id}).data) == 4


def check_out(guide: Guide) -> None:
    """Sessions of every mode, one that expires, and the portal."""
    sessions = guide.sdk.checkout.sessions
    seat = guide.price(1900)
    once = guide.sdk.prices.create({"product": seat.product, "currency": "usd", "unit_amount": 700})
    base = {"success_url": f"{BACK}?session={{CHECKOUT_SESSION_ID}}"}
    subscription = {**base, "mode": "subscription", "line_items": [{"price": seat.id, "quantity": 2}]}
    payment = {**base, "mode": "payment", "line_items": [{"price": once.id, "quantity": 1}]}
    for wanted in (subscription, payment, {**base, "mode": "setup", "currency": "usd"}):
        made = sessions.create(wanted)
        sessions.update(made.id, {"metadata": {"seen": "yes"}})
        guide.fill_in(made)
        found = sessions.retrieve(made.id, {"expand": ["line_items", "total_details.breakdown"]})
        assert (found.status, found.metadata["seen"]) == ("complete", "yes")
    assert (
        sessions.line_items.list(sessions.list({"status": "complete", "limit": 3}).data[-1].id).data[0].quantity == 2
    )
    assert sessions.expire(sessions.create(payment).id).status == "expired"
    _portal(guide)


def _portal(guide: Guide) -> None:
    portal = guide.sdk.billing_portal
    features = {"invoice_history": {"enabled": True}}
    made = portal.configurations.create({"features": features})
    portal.configurations.update(made.id, {"default_return_url": BACK})
    assert portal.configurations.list().data[0].id == portal.configurations.retrieve(made.id).id
    assert portal.sessions.create({"customer": guide.customer().id}).return_url == BACK


def invoice_by_hand(guide: Guide) -> None:
    """Every way an invoice can go, its items and its credit notes."""
    sdk = guide.sdk
    customer = guide.customer()
    item = sdk.invoice_items.create({"customer": customer.id, "amount": 1000, "currency": "usd"})
    sdk.invoice_items.update(item.id, {"description": "Set-up"})
    gone = sdk.invoice_items.create({"customer": customer.id, "amount": 1, "currency": "usd"})
    assert sdk.invoice_items.delete(gone.id).deleted
    draft = _draft(guide, customer, 2000)
    sdk.invoices.update(draft.id, {"description": "Thank you"})
    assert len(sdk.invoices.line_items.list(draft.id).data) == 2
    paid = sdk.invoices.pay(sdk.invoices.finalize_invoice(draft.id).id)
    assert (paid.status, sdk.invoice_items.retrieve(item.id).invoice) == ("paid", draft.id)
    assert sdk.invoice_items.list({"customer": customer.id}).data
    payment = sdk.invoice_payments.list({"invoice": paid.id}).data[0]
    assert sdk.invoice_payments.retrieve(payment.id).amount_paid == 3000
    _change_lines(guide, customer)
    assert sdk.invoices.delete(_draft(guide, customer, 300).id).deleted
    terms = {"collection_method": "send_invoice", "days_until_due": 5}
    sent = sdk.invoices.send_invoice(_draft(guide, customer, 400, **terms).id)
    assert sdk.invoices.void_invoice(sent.id).status == "void"
    hopeless = sdk.invoices.finalize_invoice(_draft(guide, customer, 500, **terms).id)
    assert sdk.invoices.mark_uncollectible(hopeless.id).status == "uncollectible"
    assert sdk.invoices.search({"query": f"customer:'{customer.id}' AND status:'paid'"}).data[0].id == paid.id
    assert sdk.invoices.retrieve(paid.id).id in {each.id for each in sdk.invoices.list().data}
    _credit(guide, paid)


def _change_lines(guide: Guide, customer: Any) -> None:
    invoices = guide.sdk.invoices
    draft = invoices.create({"customer": customer.id, "currency": "usd"})
    lines = invoices.add_lines(draft.id, {"lines": [{"amount": 700}, {"amount": 800}]}).lines.data
    invoices.update_lines(draft.id, {"lines": [{"id": lines[0].id, "description": "Help"}]})
    assert invoices.line_items.update(draft.id, lines[1].id, {"amount": 900}).amount == 900
    assert invoices.remove_lines(draft.id, {"lines": [{"id": lines[0].id, "behavior": "delete"}]}).total == 900
    assert invoices.delete(draft.id).deleted


def _draft(guide: Guide, customer: Any, amount: int, **params: Any) -> Any:
    guide.sdk.invoice_items.create({"customer": customer.id, "amount": amount, "currency": "usd"})
    return guide.sdk.invoices.create({"customer": customer.id, "pending_invoice_items_behavior": "include", **params})


def _credit(guide: Guide, paid: Any) -> None:
    notes = guide.sdk.credit_notes
    wanted = {"invoice": paid.id, "amount": 200, "credit_amount": 200}
    assert notes.preview(wanted).total == 200
    assert notes.preview_lines.list(wanted).data[0].amount == 200
    made = notes.create(wanted)
    notes.update(made.id, {"memo": "Sorry"})
    assert (notes.retrieve(made.id).memo, notes.line_items.list(made.id).data[0].amount) == ("Sorry", 200)
    assert notes.list({"invoice": paid.id}).data[0].id == made.id
    terms = {"collection_method": "send_invoice", "days_until_due": 5}
    still_open = guide.sdk.invoices.finalize_invoice(_draft(guide, guide.customer(), 900, **terms).id)
    lowered = notes.create({"invoice": still_open.id, "amount": 100})
    assert notes.void_credit_note(lowered.id).status == "void"
