"""How the admin says what stands in a dunning case: states, reasons and its story, in words of staff."""

from datetime import UTC, datetime
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from billing.admin.shown import NOTHING, words
from billing.models import CaseEvent, DunningCase
from billing.terms import AttemptState, AttemptTrigger, CaseState, DeclineClass

CASE_COLOURS = {
    CaseState.WAITING.value: "info",
    CaseState.ATTEMPTING.value: "info",
    CaseState.AWAITING_CUSTOMER.value: "warning",
    CaseState.CONFLICT.value: "danger",
    CaseState.CLOSING.value: "warning",
    CaseState.RECOVERED.value: "success",
    CaseState.RECOVERED_LATE.value: "success",
    CaseState.LOST.value: "danger",
}
ATTEMPT_COLOURS = {
    AttemptState.PLANNED.value: "info",
    AttemptState.SENDING.value: "info",
    AttemptState.UNKNOWN.value: "warning",
    AttemptState.SUCCEEDED.value: "success",
    AttemptState.DECLINED.value: "danger",
}
CLASSES = {
    DeclineClass.TECHNICAL.value: "A fault on the way to the bank",
    DeclineClass.SOFT.value: "A reason that passes",
    DeclineClass.NEEDS_CUSTOMER.value: "Only the customer can mend it",
    DeclineClass.HARD.value: "This card will not be charged",
    DeclineClass.FRAUD.value: "Reported, or under suspicion",
}
_WAITS_FOR = {
    "needs_customer": "The decline needs the customer",
    "budget": "The policy's tries are used up",
    "limit": "One more try would be over a limit",
    "deadline": "No further try fits before the deadline",
    "blocked": "The card may never be tried again",
    "staff": "The fault may be ours",
    "observed": "Stripe retries, and we watch",
    "no_charge": "Nothing was charged yet",
    "no_card": "There is no card",
    "card_unusable": "Stripe cannot use the card",
    "forgiving": "The invoice is being forgiven",
    "not_forgiven": "Stripe would not void the invoice",
    "conflict_settled": "A conflict was settled",
    "no_trace": "The last try never reached Stripe",
}
_END_REASONS = {
    "attempt": "Paid by a try of ours",
    "paid": "Paid by the customer",
    "forgiven": "Forgiven by staff",
    "invoice_void": "The invoice was voided",
    "invoice_written_off": "The invoice was written off",
    "invoice_deleted": "The invoice was deleted",
    "subscription_ended": "The subscription ended",
    "dispute": "A charge is in dispute",
    "deadline": "The deadline passed",
    "mandate": "The mandate was taken back",
}
_STORY = {
    "opened": "Opened under policy {policy}; collected by {collector}",
    "declined": "Declined: {code}",
    "retry_planned": "Next try planned for {due_at}",
    "customer_needed": "Waits for the customer: {why}",
    "closing": "Goes to its final action: {why}",
    "attempt_planned": "A try is recorded ({trigger})",
    "attempt_sent": "The try was sent to Stripe",
    "attempt_succeeded": "The try was paid",
    "new_card_not_tried": "A new card was not tried: {why}",
    "last_notice": "The notice before the end was made; it ends on {deadline_at}",
    "conflict": "Stopped by a conflict: {why}",
    "conflict_settled": "The conflict was settled by staff",
    "held": "Held by staff until {until}",
    "extended": "The deadline was moved by staff to {deadline_at}",
    CaseState.RECOVERED.value: "Recovered: {why}",
    CaseState.RECOVERED_LATE.value: "Paid after the end",
    CaseState.STOPPED.value: "Stopped: {why}",
    CaseState.LOST.value: "Lost: {why}",
}
_TRIGGERS = {
    AttemptTrigger.SCHEDULE.value: "Schedule",
    AttemptTrigger.NEW_CARD.value: "A new card",
    AttemptTrigger.CARD_UPDATED.value: "New data of the card",
    AttemptTrigger.STAFF.value: "Staff",
}


def moment(at: datetime | None) -> str:
    """As all pages of staff write a moment in a sentence: in UTC, and saying so."""
    return f"{at.astimezone(UTC):%d %b %Y, %H:%M} UTC" if at else NOTHING


def decline_text(case: DunningCase) -> str:
    """The class in words and the code, for staff only."""
    if not case.decline_class:
        return NOTHING
    return f"{CLASSES.get(case.decline_class, words(case.decline_class))} ({case.decline_code})"


def waits_text(why: str) -> str:
    return _WAITS_FOR.get(why, words(why)) if why else NOTHING


def end_text(why: str) -> str:
    return _END_REASONS.get(why, words(why)) if why else NOTHING


def trigger_text(trigger: str) -> str:
    return _TRIGGERS.get(trigger, words(trigger))


def story_of(case: DunningCase) -> SafeString | str:
    """What happened to the case, line by line, the oldest first."""
    lines = [(moment(event.at), _told(event)) for event in case.events.order_by("pk")]
    if not lines:
        return NOTHING
    return format_html_join("", '<span class="block mb-1"><span class="font-medium">{}</span> {}</span>', lines)


def _told(event: CaseEvent) -> str:
    details: dict[str, Any] = {name: _detail(name, value) for name, value in event.details.items()}
    try:
        return _STORY[event.kind].format_map(details)
    except KeyError:  # A kind, or a detail, that has no words here yet.
        rest = ", ".join(f"{words(name).lower()} {value}" for name, value in details.items() if value)
        return f"{words(event.kind)}{f': {rest}' if rest else ''}"


def _detail(name: str, value: Any) -> Any:
    if name.endswith("_at") or name == "until":
        try:
            return moment(datetime.fromisoformat(value))
        except (TypeError, ValueError):
            return value
    if name == "trigger":
        return trigger_text(str(value)).lower()
    if name == "why":
        return _lower(_WAITS_FOR.get(value) or _END_REASONS.get(value) or str(value).replace("_", " "))
    if name == "collector":
        return "us" if value == "own" else "Stripe"
    return value


def _lower(text: str) -> str:
    """As the second half of a sentence; a name keeps its capital."""
    return text if text.startswith("Stripe") else text[:1].lower() + text[1:]
