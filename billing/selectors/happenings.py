"""Says which transitions and which acts of people stand in the timeline: two tables, each a line a happening.

A new act needs one line in ACTS; a new transition one line in TOLD and its words in `templates/billing/_entry.html`.
"""

from dataclasses import dataclass
from enum import StrEnum

from billing.terms import (
    Authentication,
    ChargeStatus,
    CreditNoteStatus,
    InvoiceStatus,
    ObjectKind,
    RefundStatus,
    SubscriptionStatus,
)


class Happening(StrEnum):
    """What an entry of the timeline says; the page has the words."""

    LOCAL_TRIAL_BEGAN = "local_trial_began"
    LOCAL_TRIAL_ENDED = "local_trial_ended"
    TRIAL_BEGAN = "trial_began"
    PLAN_BEGAN = "plan_began"
    PLAN_ENDED = "plan_ended"
    CANCELLED = "cancelled"
    CANCELLATION_UNDONE = "cancellation_undone"
    PAUSED = "paused"
    RESUMED = "resumed"
    INVOICE_PAID = "invoice_paid"
    INVOICE_UNCOLLECTIBLE = "invoice_uncollectible"
    INVOICE_VOID = "invoice_void"
    PAYMENT_FAILED = "payment_failed"
    BANK_ASKS = "bank_asks"
    BANK_REFUSED = "bank_refused"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    CREDITED = "credited"
    ACT = "act"
    WILL_REMIND = "will_remind"
    WILL_CHARGE = "will_charge"
    WILL_INVOICE = "will_invoice"
    WILL_RETRY = "will_retry"
    WILL_CHANGE = "will_change"
    WILL_END = "will_end"
    WILL_PAUSE = "will_pause"
    WILL_RESUME = "will_resume"
    WILL_END_UNPAID = "will_end_unpaid"
    LOCAL_TRIAL_WILL_END = "local_trial_will_end"
    ACCESS_WILL_BE_READ_ONLY = "access_will_be_read_only"
    ACCESS_WILL_END = "access_will_end"
    DISCOUNT_WILL_END = "discount_will_end"
    CARD_WILL_EXPIRE = "card_will_expire"
    INVOICE_WILL_BE_DUE = "invoice_will_be_due"


TONES = {
    Happening.PAYMENT_FAILED: "missed",
    Happening.INVOICE_UNCOLLECTIBLE: "missed",
    Happening.REFUND_FAILED: "missed",
    Happening.BANK_REFUSED: "missed",
    Happening.INVOICE_PAID: "done",
    Happening.PLAN_BEGAN: "done",
    Happening.TRIAL_BEGAN: "done",
    Happening.RESUMED: "done",
    Happening.LOCAL_TRIAL_BEGAN: "done",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A transition that stands in the timeline. Without `from_states` it does from wherever it came."""

    happening: Happening
    kind: ObjectKind
    to_state: str
    aspect: str = "status"
    from_states: frozenset[str] | None = None


# A plan that comes back from a late payment has not begun again: the payment's own entry says it.
_NOT_BEGUN = frozenset({"", SubscriptionStatus.INCOMPLETE.value, SubscriptionStatus.TRIALING.value})

TOLD: tuple[Told, ...] = (
    Told(Happening.TRIAL_BEGAN, ObjectKind.SUBSCRIPTION, SubscriptionStatus.TRIALING.value),
    Told(Happening.PLAN_BEGAN, ObjectKind.SUBSCRIPTION, SubscriptionStatus.ACTIVE.value, from_states=_NOT_BEGUN),
    Told(Happening.PLAN_ENDED, ObjectKind.SUBSCRIPTION, SubscriptionStatus.CANCELED.value),
    Told(Happening.CANCELLED, ObjectKind.SUBSCRIPTION, "scheduled", aspect="cancellation"),
    Told(Happening.CANCELLATION_UNDONE, ObjectKind.SUBSCRIPTION, "none", aspect="cancellation"),
    Told(Happening.PAUSED, ObjectKind.SUBSCRIPTION, "paused", aspect="collection"),
    Told(Happening.RESUMED, ObjectKind.SUBSCRIPTION, "collecting", aspect="collection"),
    Told(
        Happening.RESUMED,
        ObjectKind.SUBSCRIPTION,
        SubscriptionStatus.ACTIVE.value,
        from_states=frozenset({SubscriptionStatus.PAUSED.value}),
    ),
    Told(Happening.INVOICE_PAID, ObjectKind.INVOICE, InvoiceStatus.PAID.value),
    Told(Happening.INVOICE_VOID, ObjectKind.INVOICE, InvoiceStatus.VOID.value),
    Told(Happening.INVOICE_UNCOLLECTIBLE, ObjectKind.INVOICE, InvoiceStatus.UNCOLLECTIBLE.value),
    Told(Happening.PAYMENT_FAILED, ObjectKind.CHARGE, ChargeStatus.FAILED.value),
    Told(Happening.BANK_ASKS, ObjectKind.INVOICE, Authentication.REQUIRED.value, aspect="authentication"),
    Told(Happening.BANK_REFUSED, ObjectKind.INVOICE, Authentication.FAILED.value, aspect="authentication"),
    Told(Happening.REFUNDED, ObjectKind.REFUND, RefundStatus.SUCCEEDED.value),
    Told(Happening.REFUND_FAILED, ObjectKind.REFUND, RefundStatus.FAILED.value),
    Told(Happening.CREDITED, ObjectKind.CREDIT_NOTE, CreditNoteStatus.ISSUED.value),
)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did, from the audit. `words` go on after the name: "Alice added 2 seats".

    Words may name the row's details in braces: "set the seats to {quantity}". Where the effect of the act is a
    happening of its own, `leads_to` names it: people then read that entry, with the name of who did it. An act with
    `is_for_staff` is none of the customer's reading.
    """

    words: str
    leads_to: Happening | None = None
    is_for_staff: bool = False


# The one place for words of an audit action. An action that is missing here is shown to staff only, by its code.
ACTS: dict[str, Act] = {
    "local_trial_started": Act("started a trial without a card", leads_to=Happening.LOCAL_TRIAL_BEGAN),
    "checkout_started": Act("opened the checkout", is_for_staff=True),
    "subscription_cancel": Act("cancelled the plan for the end of its period", leads_to=Happening.CANCELLED),
    "subscription_cancel_at": Act("cancelled the plan for a day", leads_to=Happening.CANCELLED),
    "subscription_cancel_now": Act("ended the plan at once", leads_to=Happening.PLAN_ENDED),
    "subscription_pause": Act("paused the plan", leads_to=Happening.PAUSED),
    "subscription_resume": Act("took the plan up again", leads_to=Happening.RESUMED),
    "subscription_undo": Act("took the cancellation back", leads_to=Happening.CANCELLATION_UNDONE),
    "plan_change_planned": Act("planned the change to {plan}"),
    "plan_change_taken_back": Act("took back the change to {plan}"),
    "plan_change_happened": Act("let {plan} begin, as planned"),
    "plan_change_overtaken": Act("changed the plan by hand, so the change to {plan} is off"),
    "plan_change_dropped": Act("took back the change to {plan}, because it is no longer sold"),
    "plan_change_unpaid": Act("took back the change to {plan}, because an invoice is open"),
    "seats_raised": Act("raised the seats to {quantity}"),
    "seats_lowered": Act("lowered the seats to {quantity}"),
    "card_setup_started": Act("opened the page that adds a card", is_for_staff=True),
    "card_added": Act("added a card"),
    "payment_method_default": Act("chose another card for the next charges"),
    "payment_method_remove": Act("removed a card"),
    "discount_apply": Act("used the promotion code {code}"),
    "discount_remove": Act("removed the discount"),
    "seats_followed_team": Act("set the seats to {quantity}, as many as the team needs"),
    "invoice_terms_set": Act("lets later invoices be paid within {days} days; none is charged by itself"),
    "invoice_terms_ended": Act("lets later invoices be charged to the card again"),
    "plan_change_started": Act("chose {plan}"),
    "plan_change_given_up": Act("gave up the change to {plan}"),
    "api_key_created": Act("made the API key {key}"),
    "api_key_rotated": Act("replaced the API key {key} by a new one"),
    "api_key_revoked": Act("revoked the API key {key}"),
    "portal_opened": Act("opened the card and billing details at Stripe", is_for_staff=True),
    "trial_extend": Act("let the trial last longer"),
    "trial_end": Act("ended the trial"),
    "trial_refused": Act("found that the card of this trial has had one before"),
    "trial_allowed": Act("allowed another trial"),
    "override_granted": Act("granted something beside the plan"),
    "override_ended": Act("ended what was granted beside the plan"),
    "billing_details_changed": Act("changed the name or address on invoices"),
    "billing_email_requested": Act("asked for another billing e-mail"),
    "billing_email_changed": Act("confirmed the new billing e-mail"),
    "billing_name_taken_over": Act("changed the name on invoices"),
    "billing_email_taken_over": Act("changed the billing e-mail"),
    "billing_address_taken_over": Act("changed the billing address"),
    "tax_id_added": Act("added a tax number"),
    "tax_id_removed": Act("removed a tax number"),
    "organization_exported": Act("took a copy of all data"),
    "organization_erasure": Act("asked to delete the organization"),
    "organization_erased": Act("deleted the organization", is_for_staff=True),
    "evidence_draft_saved": Act("saved a draft of evidence", is_for_staff=True),
    "evidence_pack_built": Act("filled evidence from our records", is_for_staff=True),
    "evidence_stage": Act("laid evidence at Stripe", is_for_staff=True),
    "evidence_submit": Act("answered a dispute", is_for_staff=True),
    "evidence_accept": Act("accepted the loss of a dispute", is_for_staff=True),
    "evidence_approved": Act("approved the answer to a dispute", is_for_staff=True),
    "evidence_rejected": Act("did not approve the answer to a dispute", is_for_staff=True),
    "customer_credit_asked": Act("decided on a credit of {total}", is_for_staff=True),
    "customer_credited": Act("gave a credit of {total} towards the next invoices"),
    "notice_resent": Act("had a mail sent once more", is_for_staff=True),
    "customer_resynced": Act("had everything fetched from Stripe again", is_for_staff=True),
    "customer_noted": Act("wrote a note", is_for_staff=True),
    "customer_note_erased": Act("erased a note", is_for_staff=True),
    "webhook_endpoint_added": Act("let webhooks be sent to a program"),
    "webhook_endpoint_changed": Act("changed where webhooks are sent, or which"),
    "webhook_secret_replaced": Act("replaced the secret of webhooks"),
    "webhook_endpoint_disabled": Act("switched webhooks to a program off"),
    "webhook_endpoint_enabled": Act("switched webhooks to a program on again"),
    "webhook_endpoint_removed": Act("removed a program that webhooks went to"),
    "webhook_redelivered": Act("sent a webhook again", is_for_staff=True),
    "webhook_tested": Act("sent a test webhook", is_for_staff=True),
    **{
        f"dunning_{what}": Act(words, is_for_staff=True)
        for what, words in {
            "try_planned": "planned a try of the unpaid invoice",
            "closing": "began to end what was not paid",
            "conflict_found": "found that somebody else collects the invoice, too",
            "recovered": "closed the case: it was paid",
            "recovered_late": "closed the case: it was paid after the end",
            "lost": "closed the case: it was not paid",
            "stopped": "closed the case: there is nothing to pursue any more",
        }.items()
    },
    "added_by_hand": Act("added a row by hand in the admin", is_for_staff=True),
    "changed_by_hand": Act("changed a row by hand in the admin", is_for_staff=True),
    "deleted_by_hand": Act("deleted a row by hand in the admin", is_for_staff=True),
    "refund_requested": Act("asked for a refund", is_for_staff=True),
    "refund_approved": Act("approved a refund", is_for_staff=True),
    "refund_rejected": Act("rejected a refund", is_for_staff=True),
    "refund_sent": Act("sent a refund to Stripe", is_for_staff=True),
    "refund_unanswered": Act("had no answer to a refund", is_for_staff=True),
    "refund_pending": Act("learned that a refund is on its way", is_for_staff=True),
    "refund_waits_for_customer": Act("learned that a refund waits for the customer", is_for_staff=True),
    "refund_succeeded": Act("learned that a refund was made", is_for_staff=True),
    "refund_failed": Act("learned that a refund failed", is_for_staff=True),
    "refund_canceled": Act("learned that a refund was called off", is_for_staff=True),
    "refund_closed": Act("closed a refund that failed", is_for_staff=True),
    "refund_adopted": Act("took in a refund that was made at Stripe", is_for_staff=True),
    "refund_limit_set": Act("set a limit of refunds", is_for_staff=True),
    "staff_task_resolved": Act("closed a task", is_for_staff=True),
}
PUBLIC_ACTS = frozenset(action for action, act in ACTS.items() if act.leads_to is None and not act.is_for_staff)
