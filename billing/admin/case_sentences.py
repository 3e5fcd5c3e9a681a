"""What the pages that act on a dunning case tell before the click: what happens, and what does not."""

from datetime import timedelta

from billing.admin.case_words import moment
from billing.admin.shown import amount, card_text
from billing.casework import LONGEST_CASE_DAYS
from billing.models import DunningCase, Subscription
from billing.selectors.dunning_queue import blocks_of, card_of, invoice_of
from billing.services.hold_case import LONGEST_HOLD_DAYS


def about_retrying(case: DunningCase) -> list[str]:
    card = card_of(case)
    if card is None:
        return ["There is no card that could be charged."]
    said = [
        f"{_owed(case)} is charged to {card_text(card)}, after a last look at the invoice.",
        "The try counts for the limits of the card's network, and not for the tries of the policy. The customer's "
        "hours, the policy's gaps and a hold do not bind it; a block, a network's wait and its limits do.",
    ]
    if any(block.card_fingerprint == card.card_fingerprint for block in blocks_of(case)):
        said.append("This card is blocked: the try will be refused.")
    return said


def about_holding(case: DunningCase) -> list[str]:
    planned = f"The next try is planned for {moment(case.due_at)}." if case.due_at else "No try is planned."
    return [
        f"{planned} The deadline is {moment(case.deadline_at)}.",
        f"Until the hold ends, for {LONGEST_HOLD_DAYS} days at most, nothing is tried by itself. A new card of the "
        "customer is still tried at once, and what they pay still ends the case.",
    ]


def about_extending(case: DunningCase) -> list[str]:
    latest = case.opened_at + timedelta(days=LONGEST_CASE_DAYS)
    said = [f"The deadline is {moment(case.deadline_at)}. It may be moved to {moment(latest)} at the latest."]
    if case.access_closes_at:
        said.append(f"Access closes on {moment(case.access_closes_at)}.")
    if case.last_notice_at:
        said.append(
            f"The customer was told on {moment(case.last_notice_at)} when it ends, and hears of the new day in "
            "another last notice, if that can come as long before it as the policy says."
        )
    return said


def about_forgiving(case: DunningCase) -> list[str]:
    invoice = invoice_of(case)
    return [
        f"Invoice {invoice or case.stripe_invoice_id} over {_owed(case)} is voided at Stripe. This cannot be undone.",
        "Nothing of it is tried, asked for or mailed about any more.",
        _course(case),
    ]


def about_conflict(case: DunningCase) -> list[str]:
    return [
        "Stripe planned a try of its own for this invoice, so ours stopped: two collectors could charge twice.",
        "Switch Stripe's automatic retries off first (Dashboard, Billing, Revenue recovery). Then the invoice is "
        "fetched again, and the case goes on only if Stripe plans no further try.",
    ]


def _owed(case: DunningCase) -> str:
    invoice = invoice_of(case)
    if invoice is None:
        return amount(case.amount_minor, case.currency)
    return amount(invoice.amount_remaining_minor, invoice.currency)


def _course(case: DunningCase) -> str:
    """What becomes of the subscription, which a void invoice does not end."""
    row = Subscription.objects.filter(stripe_subscription_id=case.stripe_subscription_id).first()
    if row is None or row.ended_at:
        return "The subscription has ended already."
    if row.cancel_at:
        return f"The subscription goes on until {moment(row.cancel_at)}, when it ends as planned."
    return (
        f"The subscription goes on, and its next period is charged from {moment(row.current_period_end)}. What "
        "Stripe makes of its state after the void is read back at once. If it shall end, cancel it as well."
    )
