"""What the hosted invoice page shows and does."""

from dataclasses import dataclass, field

from stripe_sandbox.engine import accounts, collection
from stripe_sandbox.errors import ApiError
from stripe_sandbox.hosted.entry import CardEntry, Outcome, PageRefused, change, declined, make_method
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown

PAYABLE = ("open", "uncollectible")


@dataclass(frozen=True)
class InvoiceView:
    """Everything that the page shows."""

    invoice: StripeObject
    merchant_name: str
    customer: StripeObject
    charge: StripeObject | None
    can_pay: bool
    pending_intent_id: str | None
    # What lowered and raised the sum, by the ids of discounts and tax rates.
    names: dict[str, str] = field(default_factory=dict)
    # Where the merchant last asked for this customer to be sent; Stripe's own page has no such way.
    return_url: str | None = None


def _find(sandbox: Sandbox, token: str) -> tuple[str, str]:
    row = (
        sandbox.database.reading()
        .execute(
            "SELECT account, id FROM objects WHERE kind = 'invoice' AND json_extract(data, '$._token') = ?", (token,)
        )
        .fetchone()
    )
    if row is None:
        raise PageRefused(404, "There is no invoice at this address.")
    return row["account"], row["id"]


def read_invoice(sandbox: Sandbox, token: str) -> InvoiceView:
    """The invoice behind a hosted address. Raises PageRefused 404."""
    account_id, invoice_id = _find(sandbox, token)
    unit = sandbox.reader(account_id)
    invoice = unit.get("invoice", invoice_id)
    intent = unit.find("payment_intent", invoice["_intent"]) if "_intent" in invoice else None
    charge = unit.find("charge", intent["latest_charge"]) if intent and intent["latest_charge"] else None
    is_waiting = intent is not None and intent["status"] == "requires_action"
    return InvoiceView(
        invoice=shown(invoice),
        merchant_name=accounts.merchant_name(unit),
        customer=shown(unit.find("customer", invoice["customer"]) or {}),
        charge=shown(charge) if charge and charge["paid"] else None,
        can_pay=invoice["status"] in PAYABLE,
        pending_intent_id=intent["id"] if intent and is_waiting else None,
        names={**_discount_names(unit, invoice), **_tax_names(unit, invoice)},
        return_url=_way_back(unit, invoice),
    )


def _discount_names(unit: Unit, invoice: StripeObject) -> dict[str, str]:
    """Each discount by its coupon's name, or by what it takes off."""
    names = {}
    for entry in invoice["total_discount_amounts"]:
        coupon = unit.find("coupon", unit.get("discount", entry["discount"])["source"]["coupon"]) or {}
        off = f"{coupon['percent_off']:g}% off" if coupon.get("percent_off") is not None else None
        words = [word for word in (coupon.get("name"), off) if word]
        if words:
            names[entry["discount"]] = ", ".join(words)
    return names


def _tax_names(unit: Unit, invoice: StripeObject) -> dict[str, str]:
    names = {}
    for entry in invoice["total_taxes"]:
        rate = unit.find("tax_rate", (entry["tax_rate_details"] or {}).get("tax_rate", ""))
        if rate is not None:
            names[rate["id"]] = f"{rate['display_name']} {rate['percentage']:g}%"
    return names


def _way_back(unit: Unit, invoice: StripeObject) -> str | None:
    """The return address of the customer's newest portal visit, or the address that their last checkout came from."""
    for kind, key in (("billing_portal.session", "return_url"), ("checkout.session", "cancel_url")):
        where = f"json_extract(data, '$.customer') = ? AND json_extract(data, '$.{key}') IS NOT NULL"
        for session in unit.select(kind, where=where, values=[invoice["customer"]])[:1]:
            return str(session[key])
    address = unit.get("account", unit.account_id)["business_profile"].get("url")
    return str(address) if address else None


def pay(sandbox: Sandbox, token: str, *, card: CardEntry) -> Outcome:
    """Pay with another card. Safe to repeat: a paid invoice says so. Raises PageRefused 409 for a void one."""
    account_id, invoice_id = _find(sandbox, token)
    with change(sandbox, account_id, about=invoice_id) as unit:
        invoice = unit.get("invoice", invoice_id)
        if invoice["status"] == "paid":
            return Outcome(status="complete", redirect_url=invoice["hosted_invoice_url"])
        if invoice["status"] not in PAYABLE:
            raise ApiError("This invoice can no longer be paid.")
        try:
            method = make_method(unit, card, email=invoice["customer_email"])
        except ApiError as error:
            return declined(error)
        return _collect(unit, invoice, method)


def _collect(unit: Unit, invoice: StripeObject, method: StripeObject) -> Outcome:
    result = collection.collect(
        unit, invoice, method=method, is_manual=True, return_url=invoice["hosted_invoice_url"]
    )
    if result.error is not None:
        return declined(result.error)
    if result.status == "requires_action":
        intent_id = invoice["_intent"]
        return Outcome(status="requires_action", redirect_url=f"/3ds/{intent_id}", intent_id=intent_id)
    return Outcome(status="complete", redirect_url=invoice["hosted_invoice_url"])
