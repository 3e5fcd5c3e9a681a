"""Decides what the console shows of charges, refunds and disputes, and which of the bank's moves each offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from stripe_sandbox.control import money_back
from stripe_sandbox.hosted import PageRefused
from stripe_sandbox.pages import console, console_reads, console_view
from stripe_sandbox.pages.console_view import CONSOLE_URL, object_url
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.render import see_other
from stripe_sandbox.pages.visit import Visit
from stripe_sandbox.pages.words import card_label, date_text, money_text, status_label
from stripe_sandbox.store.unit import StripeObject

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

KINDS = {"charge": "Charges", "refund": "Refunds", "dispute": "Disputes"}
OPEN_DISPUTES = ("needs_response", "under_review")
INQUIRIES = ("warning_needs_response", "warning_under_review")
WAITING_REFUNDS = ("pending", "requires_action")
Body = dict[str, Any]

# What a button does: its words, the kind that it acts on, and the control behind it with what it is told besides.
ACTIONS: dict[str, tuple[str, str, Callable[..., Body], Body]] = {
    "refund": ("Refund", "charge", money_back.make_refund, {}),
    "dispute": ("Dispute", "charge", money_back.open_dispute, {}),
    "inquiry": ("Inquiry", "charge", money_back.open_dispute, {"inquiry": True}),
    "warn": ("Fraud warning", "charge", money_back.warn_of_fraud, {}),
    "succeed": ("Let it arrive", "refund", money_back.succeed_refund, {}),
    "fail": ("Let it fail", "refund", money_back.fail_refund, {"reason": "expired_or_canceled_card"}),
    "cancel": ("Cancel it", "refund", money_back.cancel_refund, {}),
    "win": ("Win", "dispute", money_back.win_dispute, {}),
    "lose": ("Lose", "dispute", money_back.lose_dispute, {}),
    "escalate": ("Escalate", "dispute", money_back.escalate_inquiry, {}),
}


def show(visit: Visit, *, notice: Notice | None = None, status: int = 200) -> Response:
    """Show a page of charges, refunds or disputes."""
    number, text, asked = console.page_number(visit), console.search_text(visit), visit.query.get("kind", "")
    kind = asked if asked in KINDS else "charge"
    start = (number - 1) * console.ROWS_A_PAGE
    found = console_reads.read_objects(visit.sandbox, kind=kind, text=text, offset=start, limit=console.ROWS_A_PAGE)
    counts = console_reads.count_kinds(visit.sandbox)
    extra = {
        "rows": [_row(visit.sandbox, thing) for thing in found.rows],
        "kinds": [(name, label, counts.get(name, 0)) for name, label in KINDS.items()],
        "kind": kind,
        "q": text,
        "pager": console.pager("payments", found=found, number=number, q=text, kind=kind),
        "notice": notice,
    }
    return console.render(visit, section="payments", extra=extra, status=status)


def act(visit: Visit) -> Response:
    """Do what a button says; what the engine refuses is shown above the list."""
    name = visit.names["action"]
    if name not in ACTIONS:
        raise PageRefused(404, "The console has no such button.")
    _, kind, control, told = ACTIONS[name]
    try:
        control(visit.sandbox, {kind: visit.form.get("id", ""), **told})
    except LookupError:
        raise PageRefused(404, f"The sandbox has no such {kind}, or it was reset.") from None
    except ValueError as error:
        notice = Notice(kind="bad", title="This was refused", text=str(error))
        return show(visit, notice=notice, status=422)
    return see_other(f"{CONSOLE_URL}/payments?kind={_shown_after(name, kind)}&done=done")


def _shown_after(name: str, kind: str) -> str:
    return {"refund": "refund", "dispute": "dispute", "inquiry": "dispute"}.get(name, kind)


def _row(sandbox: Sandbox, thing: StripeObject) -> dict[str, Any]:
    kind = thing["object"]
    status = thing["status"]
    if kind == "charge" and thing["refunded"]:
        status = "refunded"
    elif kind == "charge" and thing["disputed"]:
        status = "disputed"
    return {
        "id": thing["id"],
        "url": object_url(kind, thing["id"]),
        "amount": money_text(thing["amount"], currency=thing["currency"]),
        "under": _under(sandbox, thing),
        "status": console_view.badge_of(status),
        "status_label": status_label(status),
        "created": date_text(thing["created"]),
        "actions": [(name, ACTIONS[name][0]) for name in _possible(thing)],
    }


def _under(sandbox: Sandbox, thing: StripeObject) -> str:
    if thing["object"] == "charge":
        card = (thing.get("payment_method_details") or {}).get("card")
        back = thing["amount_refunded"]
        rest = f", {money_text(back, currency=thing['currency'])} given back" if back else ""
        owner = console_view.customer_name(sandbox, thing["customer"])
        return f"{owner}, {card_label(card)}{rest}"
    reason = thing.get("failure_reason") or thing.get("reason") or ""
    return console_view.kind_label(str(reason)) if reason else "No reason given"


def _possible(thing: StripeObject) -> list[str]:
    kind, status = thing["object"], thing["status"]
    if kind == "charge":
        can_refund = (
            thing["captured"] and thing["amount_refunded"] < thing["amount_captured"] and not thing["disputed"]
        )
        can_dispute = thing["paid"] and thing["captured"] and not thing["disputed"]
        return ["refund"] * can_refund + ["dispute", "inquiry", "warn"] * can_dispute
    if kind == "refund":
        return ["succeed", "cancel"] * (status in WAITING_REFUNDS) + ["fail"] * (
            status in (*WAITING_REFUNDS, "succeeded")
        )
    return ["win", "lose"] * (status in OPEN_DISPUTES) + ["escalate"] * (status in INQUIRIES)
