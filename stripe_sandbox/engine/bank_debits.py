"""Decides which bank accounts and redirects pay, after how long, and under which mandate; no card is known here.

Documented: the test accounts, that a debit is `processing` at first, the three minutes of the delayed ones. Assumed:
the others settle five seconds later, accounts need no verification by small deposits, the codes of two failures.
"""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine.charging import make_charge
from stripe_sandbox.errors import invalid_parameter, missing_parameter, not_built
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

DEBIT = "debit"
TIMER = "debit_settlement"
PROMPT_SECONDS = 5
DELAYED_SECONDS = 180
NEVER = "never"
# Which currencies a type takes.
DEBITS = {
    "acss_debit": ("cad", "usd"),
    "au_becs_debit": ("aud",),
    "bacs_debit": ("gbp",),
    "sepa_debit": ("eur",),
    "us_bank_account": ("usd",),
}
REDIRECTS = {
    "bancontact": ("eur",),
    "eps": ("eur",),
    "giropay": ("eur",),
    "ideal": ("eur",),
    "p24": ("eur", "pln"),
}
# The last digits of a SEPA test account say its outcome in every country; these whole ones follow the documentation.
_SEPA_ENDINGS = {
    "343434": "charge_exceeds_source_limit",
    "121212": "charge_exceeds_weekly_limit",
    "2222227": "insufficient_funds",
}
_SEPA = {
    "generic_could_not_process": (
        "AT861904300235473202",
        "BE68539007547034",
        "DE62370400440532013001",
        "FR8420041010050500013M02607",
        "IE02AIBK93115212345679",
    ),
    "generic_could_not_process:delayed": (
        "AT051904300235473205",
        "BE51510007547065",
        "DE78370400440532013004",
        "FR7920041010050500013M02600",
        "IE94AIBK93115212345672",
    ),
    "ok:delayed": (
        "AT321904300235473204",
        "BE78510007547064",
        "DE08370400440532013003",
        "FR3020041010050500013M02609",
        "IE24AIBK93115212345671",
    ),
    "dispute": (
        "AT591904300235473203",
        "BE08510007547063",
        "DE35370400440532013002",
        "FR5720041010050500013M02608",
        "IE51AIBK93115212345670",
    ),
}
_SEPA_REFUSED = {"055555": "sepa_debit_bank_not_supported", "066666": "sepa_debit_debits_not_supported"}
_ACCOUNTS = {
    "us_bank_account": {
        "000111111113": "account_closed",
        "000111111116": "no_account",
        "000222222227": "insufficient_funds",
        "000333333335": "debit_not_authorized",
        "000444444440": "invalid_currency",
        "000555555559": "dispute",
        "000777777771": "charge_exceeds_source_limit",
        "000000000009": NEVER,
    },
    "acss_debit": {
        "900123456789": "ok:delayed",
        "000222222227": "insufficient_funds",
        "900222222227": "insufficient_funds:delayed",
        "000777777771": "charge_exceeds_source_limit",
    },
    "bacs_debit": {
        "90012345": "ok:delayed",
        "33333335": "debit_not_authorized",
        "93333335": "debit_not_authorized:delayed",
    },
    "au_becs_debit": {"900123456": "ok:delayed", "111111113": "account_closed"},
}


def behaviour_of(kind: str, given: dict[str, Any]) -> str:
    """How a new method of this type pays: "ok" (it does not), "authenticate" (by a redirect), "debit:<outcome>"."""
    if kind in REDIRECTS:
        return "authenticate"
    if kind not in DEBITS:
        return "ok"
    if kind == "sepa_debit":
        outcome = _sepa_outcome(given["iban"].replace(" ", "").upper())
    else:
        outcome = _ACCOUNTS[kind].get(given["account_number"], "ok")
    if outcome == "dispute":
        raise not_built(f"{kind} of an account whose debits are disputed")
    return f"{DEBIT}:{outcome}"


def _sepa_outcome(iban: str) -> str:
    for ending, code in _SEPA_REFUSED.items():
        if iban.endswith(ending):
            raise invalid_parameter(
                "This bank account cannot be debited by SEPA.", param="sepa_debit[iban]", code=code
            )
    for outcome, listed in _SEPA.items():
        if iban in listed:
            return outcome
    return next((code for ending, code in _SEPA_ENDINGS.items() if iban.endswith(ending)), "ok")


def outcome_of(method: StripeObject) -> tuple[str, int]:
    """What a debit comes to ("ok", "never" or a failure code) and after how many seconds."""
    _, _, rest = method["_behaviour"].partition(":")
    outcome, _, delay = rest.partition(":")
    return outcome, DELAYED_SECONDS if delay else PROMPT_SECONDS


def debit(unit: Unit, intent: StripeObject, method: StripeObject) -> None:
    """Send a debit off: a pending charge, an intent that is processing, and the day of its result."""
    charge = make_charge(unit, intent, method, decline=None, is_pending=True)
    intent.update(status="processing", latest_charge=charge["id"], next_action=None)
    unit.emit("payment_intent.processing", intent)
    outcome, seconds = outcome_of(method)
    if outcome != NEVER:
        unit.schedule(TIMER, charge["id"], due_at=unit.now + seconds)


def check_currency(method: StripeObject, *, currency: str) -> None:
    """Raises ApiError for a type that does not take this currency."""
    kind = method["type"]
    allowed = (DEBITS | REDIRECTS).get(kind)
    if allowed is not None and currency not in allowed:
        raise invalid_parameter(
            f"The payment method type `{kind}` takes the following currencies only: {', '.join(allowed)}.",
            param="payment_method",
            code="payment_intent_invalid_parameter",
        )


def demand_consent(method: StripeObject, given: dict[str, Any] | None) -> None:
    """Raises ApiError for a debit that nobody has agreed to."""
    if method["type"] in DEBITS and "_mandate" not in method and not given:
        raise missing_parameter("mandate_data")


def consent(
    unit: Unit,
    method: StripeObject,
    *,
    given: dict[str, Any] | None = None,
    once: tuple[int, str] | None = None,
) -> None:
    """The mandate of a bank account, made once. `once`: an amount in minor units and currency for a single use."""
    kind = method["type"]
    if kind not in DEBITS or "_mandate" in method:
        return
    acceptance = (given or {}).get("customer_acceptance") or {"type": "offline"}
    way = acceptance["type"]
    mandate = {
        **blank("mandate", id=ids.new_id("mandate")),
        "customer_acceptance": {
            "accepted_at": acceptance.get("accepted_at") or unit.now,
            way: acceptance.get(way) or {},
            "type": way,
        },
        "payment_method": method["id"],
        "payment_method_details": {kind: _details(kind, method), "type": kind},
        "type": "multi_use" if once is None else "single_use",
    }
    if once is None:
        mandate["multi_use"] = {}
    else:
        mandate["single_use"] = {"amount": once[0], "currency": once[1]}
    unit.add(mandate)
    method["_mandate"] = mandate["id"]


def _details(kind: str, method: StripeObject) -> dict[str, Any]:
    reference = ids.random_text(16, alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    if kind == "sepa_debit":
        return {"reference": reference, "url": ""}
    if kind == "bacs_debit":
        return {
            "display_name": None,
            "network_status": "accepted",
            "reference": reference,
            "revocation_reason": None,
            "service_user_number": None,
            "url": "",
        }
    if kind == "acss_debit":
        return {"interval_description": None, "payment_schedule": "sporadic", "transaction_type": "personal"}
    return {"url": ""} if kind == "au_becs_debit" else {}


def withdraw(unit: Unit, method: StripeObject) -> None:
    """The bank does not allow the debit: the mandate is no longer good."""
    if "_mandate" in method:
        mandate = unit.get("mandate", method["_mandate"])
        mandate["status"] = "inactive"
        unit.emit("mandate.updated", mandate)
