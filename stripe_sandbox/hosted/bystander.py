"""Decides what a customer does on the hosted invoice page while somebody else works on the same invoice."""

from datetime import UTC, datetime

from stripe_sandbox.hosted import invoice_page
from stripe_sandbox.hosted.entry import CardEntry, PageRefused
from stripe_sandbox.sandbox import Sandbox

YEAR_SECONDS = 366 * 86_400


def pay_open_invoice(sandbox: Sandbox, account_id: str, *, invoice_id: str) -> bool:
    """Pay this invoice, or the account's newest open one when it is named ""; whether anything was paid."""
    unit = sandbox.reader(account_id)
    found = [unit.find("invoice", invoice_id)] if invoice_id else unit.select("invoice")
    invoice = next((each for each in found if each and each["status"] in invoice_page.PAYABLE), None)
    if invoice is None:
        return False
    year = datetime.fromtimestamp(unit.now + YEAR_SECONDS, tz=UTC).year
    card = CardEntry("4242424242424242", exp_month=12, exp_year=year, cvc="123")
    try:
        return invoice_page.pay(sandbox, invoice["_token"], card=card).status == "complete"
    except PageRefused:
        return False
