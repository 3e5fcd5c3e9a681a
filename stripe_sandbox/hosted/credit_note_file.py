"""What the file of a credit note says; it can be had by whoever knows its address."""

from dataclasses import dataclass

from stripe_sandbox.engine import accounts
from stripe_sandbox.hosted.entry import PageRefused
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import StripeObject
from stripe_sandbox.wire.expand import shown


@dataclass(frozen=True)
class NoteView:
    """The note and what surrounds it."""

    note: StripeObject
    invoice: StripeObject
    merchant_name: str
    # Tax rates by id, as the file names them.
    names: dict[str, str]


def read_note(sandbox: Sandbox, token: str) -> NoteView:
    """The credit note behind an address. Raises PageRefused 404."""
    where = "kind = 'credit_note' AND json_extract(data, '$._token') = ?"
    row = sandbox.database.reading().execute(f"SELECT account, id FROM objects WHERE {where}", (token,)).fetchone()
    if row is None:
        raise PageRefused(404, "There is no credit note at this address.")
    unit = sandbox.reader(row["account"])
    note = unit.get("credit_note", row["id"])
    rates = [(entry["tax_rate_details"] or {}).get("tax_rate", "") for entry in note["total_taxes"]]
    found = [rate for rate in (unit.find("tax_rate", name) for name in rates) if rate is not None]
    return NoteView(
        note=shown(note),
        invoice=shown(unit.get("invoice", note["invoice"])),
        merchant_name=accounts.merchant_name(unit),
        names={rate["id"]: f"{rate['display_name']} {rate['percentage']:g}%" for rate in found},
    )
