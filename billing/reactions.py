"""One table: which service answers which fact or transition; it must not know how."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from structlog.contextvars import bound_contextvars

from billing import clock
from billing.errors import NotYet
from billing.models import Handled, Transition
from billing.rules.outgoing import FOLLOWED
from billing.services.alarms import alarm_second_subscription, alarm_unknown_owner_or_price, open_failed_reaction
from billing.services.begin_period import begin_period_after_pause
from billing.services.check_trial_card import check_trial_card
from billing.services.close_checkout import close_checkout
from billing.services.end_local_trial import end_local_trial
from billing.services.follow_disputes import (
    close_dispute,
    close_fraud_warning,
    meet_dispute,
    meet_fraud_warning,
    meet_loss,
    meet_win,
)
from billing.services.follow_dunning import (
    close_case_of_invoice,
    close_cases_of_subscription,
    stop_for_dispute,
    try_new_card,
)
from billing.services.follow_refund import follow_refund
from billing.services.follow_scheduled_change import follow_schedule, follow_subscription
from billing.services.follow_stripe_collection import follow_unpaid, meet_stripe_retry
from billing.services.invoice_notices import announce_overdue_invoice, announce_sent_invoice, send_receipt
from billing.services.open_dunning_case import open_dunning_case
from billing.services.pause_notices import announce_pause, announce_resumption
from billing.services.payment_failure import announce_bank_question, announce_payment_failure
from billing.services.record_outgoing_event import record_outgoing_event
from billing.services.redeem_trial import redeem_trial
from billing.services.settle_plan_change import settle_plan_change
from billing.services.subscription_notices import (
    announce_cancellation,
    announce_end,
    announce_start,
    announce_trial_pause,
)
from billing.terms import (
    Authentication,
    ChargeStatus,
    DisputeStatus,
    InvoiceStatus,
    ObjectKind,
    ScheduleStatus,
    SubscriptionStatus,
)

logger = logging.getLogger(__name__)
_GIVE_UP_AFTER = timedelta(hours=24)
_SHORTEST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reaction:
    """`service` runs in the transaction of its handled mark: it records what is to be done and calls nobody.

    `to_states` and `from_states` are None where any will do.
    """

    kind: ObjectKind
    to_states: frozenset[str] | None
    service: Callable[..., None]
    from_states: frozenset[str] | None = None
    aspect: str = "status"

    @property
    def name(self) -> str:
        return self.service.__name__

    def answers(self, transition: Transition) -> bool:
        return (
            transition.kind == self.kind
            and transition.aspect == self.aspect
            and (self.to_states is None or transition.to_state in self.to_states)
            and (self.from_states is None or transition.from_state in self.from_states)
        )


_BEGUN = frozenset({SubscriptionStatus.ACTIVE.value, SubscriptionStatus.TRIALING.value})
_NOT_BEGUN = frozenset({"", SubscriptionStatus.INCOMPLETE.value})
_PAST_DUE = frozenset({SubscriptionStatus.PAST_DUE.value})
_NOT_RUNNING = frozenset(
    {SubscriptionStatus.PAST_DUE.value, SubscriptionStatus.UNPAID.value, SubscriptionStatus.CANCELED.value}
)
_ASKED = frozenset({Authentication.REQUIRED.value})
_INVOICE_OVER = frozenset(
    {InvoiceStatus.PAID.value, InvoiceStatus.VOID.value, InvoiceStatus.UNCOLLECTIBLE.value, "deleted"}
)
_SUBSCRIPTION_OVER = frozenset({SubscriptionStatus.CANCELED.value, SubscriptionStatus.INCOMPLETE_EXPIRED.value})
_SCHEDULE_OVER = frozenset(
    {ScheduleStatus.RELEASED.value, ScheduleStatus.CANCELED.value, ScheduleStatus.COMPLETED.value}
)

_DISPUTE_AWAITS = frozenset({DisputeStatus.NEEDS_RESPONSE.value, DisputeStatus.WARNING_NEEDS_RESPONSE.value})
_DISPUTE_RESTS = frozenset(status.value for status in DisputeStatus) - _DISPUTE_AWAITS

REACTIONS: tuple[Reaction, ...] = (
    Reaction(ObjectKind.CHECKOUT_SESSION, frozenset({"complete", "expired"}), close_checkout),
    Reaction(ObjectKind.SUBSCRIPTION, _BEGUN, end_local_trial),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({SubscriptionStatus.TRIALING.value}), redeem_trial),
    Reaction(ObjectKind.SUBSCRIPTION, _BEGUN | _NOT_RUNNING, check_trial_card, from_states=_NOT_BEGUN),
    Reaction(ObjectKind.SUBSCRIPTION, _BEGUN, announce_start, from_states=_NOT_BEGUN),
    Reaction(ObjectKind.SUBSCRIPTION, _BEGUN | _PAST_DUE, alarm_second_subscription),
    Reaction(ObjectKind.SUBSCRIPTION, _BEGUN | _PAST_DUE, alarm_unknown_owner_or_price),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({"scheduled"}), announce_cancellation, aspect="cancellation"),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({"collecting"}), begin_period_after_pause, aspect="collection"),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({"paused"}), announce_pause, aspect="collection"),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({"collecting"}), announce_resumption, aspect="collection"),
    Reaction(
        ObjectKind.SUBSCRIPTION,
        frozenset({SubscriptionStatus.ACTIVE.value}),
        announce_resumption,
        from_states=frozenset({SubscriptionStatus.PAUSED.value}),
    ),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({SubscriptionStatus.CANCELED.value}), announce_end),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({"none", "waiting"}), settle_plan_change, aspect="pending_update"),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({SubscriptionStatus.CANCELED.value}), settle_plan_change),
    Reaction(ObjectKind.INVOICE, frozenset({InvoiceStatus.VOID.value}), settle_plan_change),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({SubscriptionStatus.PAUSED.value}), announce_trial_pause),
    Reaction(ObjectKind.CHARGE, frozenset({ChargeStatus.FAILED.value}), announce_payment_failure),
    Reaction(ObjectKind.CHARGE, frozenset({ChargeStatus.FAILED.value}), open_dunning_case),
    Reaction(ObjectKind.SUBSCRIPTION, _PAST_DUE, open_dunning_case),
    Reaction(ObjectKind.INVOICE, _ASKED, open_dunning_case, aspect="authentication"),
    Reaction(ObjectKind.INVOICE, _INVOICE_OVER, close_case_of_invoice),
    Reaction(ObjectKind.SUBSCRIPTION, _SUBSCRIPTION_OVER, close_cases_of_subscription),
    Reaction(ObjectKind.INVOICE, frozenset({"planned"}), meet_stripe_retry, aspect="stripe_retry"),
    Reaction(ObjectKind.SUBSCRIPTION, frozenset({SubscriptionStatus.UNPAID.value}), follow_unpaid),
    Reaction(ObjectKind.REFUND, None, follow_refund),
    Reaction(ObjectKind.DISPUTE, None, stop_for_dispute, from_states=frozenset({""})),
    Reaction(ObjectKind.DISPUTE, _DISPUTE_AWAITS, meet_dispute),
    Reaction(ObjectKind.DISPUTE, _DISPUTE_RESTS, close_dispute),
    Reaction(ObjectKind.DISPUTE, frozenset({DisputeStatus.LOST.value}), meet_loss),
    Reaction(ObjectKind.DISPUTE, frozenset({DisputeStatus.WON.value}), meet_win),
    Reaction(ObjectKind.EARLY_FRAUD_WARNING, frozenset({"actionable"}), meet_fraud_warning),
    Reaction(ObjectKind.EARLY_FRAUD_WARNING, frozenset({"closed"}), close_fraud_warning),
    *(
        Reaction(kind, None, try_new_card, aspect=aspect)
        for kind, aspect in (
            (ObjectKind.SUBSCRIPTION, "payment_method"),
            (ObjectKind.CUSTOMER, "payment_method"),
            (ObjectKind.PAYMENT_METHOD, "card"),
        )
    ),
    Reaction(ObjectKind.INVOICE, frozenset({InvoiceStatus.PAID.value}), send_receipt),
    Reaction(ObjectKind.INVOICE, frozenset({InvoiceStatus.OPEN.value}), announce_sent_invoice),
    Reaction(ObjectKind.SUBSCRIPTION, _PAST_DUE, announce_overdue_invoice),
    Reaction(ObjectKind.INVOICE, _ASKED, announce_bank_question, aspect="authentication"),
    Reaction(ObjectKind.SUBSCRIPTION, _NOT_RUNNING, follow_subscription),
    *(
        Reaction(ObjectKind.SUBSCRIPTION, None, follow_subscription, aspect=aspect)
        for aspect in ("price", "quantity", "payment_method", "discounts", "trial_end")
    ),
    Reaction(ObjectKind.SUBSCRIPTION_SCHEDULE, None, follow_schedule, aspect="next"),
    Reaction(ObjectKind.SUBSCRIPTION_SCHEDULE, _SCHEDULE_OVER, follow_schedule),
    *(Reaction(kind, None, record_outgoing_event, aspect=aspect) for kind, aspect in FOLLOWED),
)


def run_due(now: datetime, *, limit: int = 500) -> int:
    """Carry out every reaction that has no handled mark yet; `now` is business time. Returns how many ran.

    Safe at any time and in many workers: the mark is unique and is committed with what the reaction recorded.
    A transition whose reaction fails waits longer each time, so that many of them hold up no other.
    """
    ran = 0
    due = Transition.objects.filter(is_settled=False, run_at__lte=clock.system_now()).order_by("pk")
    for transition_id in list(due.values_list("pk", flat=True)[:limit]):
        ran += _settle(transition_id, now=now)
    return ran


def _settle(transition_id: int, *, now: datetime) -> int:
    """All reactions to one transition, each in a transaction of its own, so that one that fails holds up no other."""
    transition = Transition.objects.get(pk=transition_id)
    ran, is_settled = 0, True
    for reaction in (reaction for reaction in REACTIONS if reaction.answers(transition)):
        try:
            with _named(transition):
                ran += _react(reaction, transition, now=now)
        except NotYet:
            is_settled = False
        except Exception:
            with _named(transition):
                logger.exception("Reaction %s to transition %s failed", reaction.name, transition.pk)
            is_settled = False
    age = clock.system_now() - transition.observed_at
    if not is_settled and age > _GIVE_UP_AFTER:
        open_failed_reaction(transition)
        is_settled = True
    if is_settled:
        Transition.objects.filter(pk=transition_id).update(is_settled=True)
    else:
        # As long again as it has waited already: the wait doubles.
        wait = min(max(age, _SHORTEST_WAIT), _LONGEST_WAIT)
        Transition.objects.filter(pk=transition_id).update(run_at=clock.system_now() + wait)
    return ran


def _named(transition: Transition) -> AbstractContextManager[object]:
    """What is logged inside says of which object and organization, and which events led here."""
    return bound_contextvars(
        object_id=transition.stripe_id, organization_id=transition.organization_id, event_id=transition.event_ids
    )


def _react(reaction: Reaction, transition: Transition, *, now: datetime) -> int:
    with transaction.atomic():
        _, is_new = Handled.objects.get_or_create(transition=transition, reaction=reaction.name)
        if not is_new:
            return 0
        reaction.service(transition, now=now)
    return 1
