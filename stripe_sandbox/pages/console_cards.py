"""Decides what the console's forms about cards do: the next declines of a customer, a card that its bank replaces."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from stripe_sandbox.control import actions, bank_cards
from stripe_sandbox.engine.declines import DECLINE_CODES
from stripe_sandbox.hosted import PageRefused
from stripe_sandbox.pages import console_reads
from stripe_sandbox.pages.console_view import CONSOLE_URL, object_url
from stripe_sandbox.pages.render import see_other
from stripe_sandbox.pages.visit import Visit

MOST_TIMES = 1_000
# A decline as it is, or one of its kind without a decline: the customer is asked to confirm.
CODES = (*sorted(DECLINE_CODES), "authenticate")


def offered() -> dict[str, Any]:
    """What the forms on an object's page choose from."""
    return {"decline_codes": CODES, "decline_choices": bank_cards.CHOICES}


def decline_next(visit: Visit) -> Response:
    """Let the next payments of one customer be declined, by default one for no stated reason."""
    customer_id = visit.names["customer_id"]
    if console_reads.find_object(visit.sandbox, kind="customer", object_id=customer_id) is None:
        raise PageRefused(404, "The sandbox has no such customer, or it was reset.")
    times, code = visit.form.get("times", "1").strip(), visit.form.get("code", "generic_decline")
    is_number = times.isascii() and times.isdecimal() and len(times) < 7 and 1 <= int(times) <= MOST_TIMES
    if not is_number or code not in CODES:
        raise PageRefused(409, f"Choose a code, and a whole number of payments up to {MOST_TIMES}.")
    told = {name: visit.form[name].strip() for name in bank_cards.TOLD if visit.form.get(name, "").strip()}
    try:
        actions.decline_next(visit.sandbox, {"customer": customer_id, "code": code, "times": int(times), **told})
    except ValueError as error:
        raise PageRefused(409, f"{str(error)[:1].upper()}{str(error)[1:]}. Nothing was planned.") from None
    is_form = "code" in visit.form
    return see_other(
        f"{object_url('customer', customer_id) if is_form else f'{CONSOLE_URL}/customers'}?done=declines"
    )


def replace_card(visit: Visit) -> Response:
    """Let the bank replace a saved card, as the control does it."""
    method_id = visit.names["method_id"]
    form = {name: value.strip() for name, value in visit.form.items() if value.strip()}
    body: dict[str, Any] = {name: form[name] for name in ("card", "exp_month", "exp_year") if name in form}
    body |= {"payment_method": method_id, "keeps_number": form.get("keeps_number") == "true"}
    try:
        bank_cards.replace_card(visit.sandbox, body)
    except LookupError:
        raise PageRefused(404, "The sandbox has no such payment method, or it was reset.") from None
    except ValueError as error:
        raise PageRefused(409, f"{str(error).removesuffix('.')}. Nothing was changed.") from None
    return see_other(f"{object_url('payment_method', method_id)}?done=replaced")
