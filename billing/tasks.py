"""Periodic work of billing: wakes the services that have something due; it must not decide anything itself."""

import logging
from collections.abc import Callable
from datetime import datetime

from celery import shared_task

from accounts.sign_ins import forget_old_sign_ins
from billing import clock, reactions
from billing.services.answer_once import forget_requests
from billing.services.begin_period import begin_periods, look_for_ended_pauses
from billing.services.billing_details import resume_details_requests
from billing.services.cancel_now import resume_cancellations_now
from billing.services.cancellation import resume_cancellations
from billing.services.card_reminders import remind_of_cards
from billing.services.change_plan import resume_plan_changes
from billing.services.change_trial import resume_trial_changes
from billing.services.claim_due_cases import claim_due_cases
from billing.services.credit_customer import resume_credits
from billing.services.discounts import resume_discount_changes
from billing.services.end_dunning import close_at_deadline, send_last_notices, take_final_actions
from billing.services.end_old_checkouts import end_old_checkouts
from billing.services.erase_organization import resume_erasures
from billing.services.follow_scheduled_change import settle_due_changes
from billing.services.follow_team import follow_team, true_up_seats
from billing.services.forget_old_mail import forget_old_mail
from billing.services.forget_outgoing_events import forget_outgoing_events
from billing.services.forget_previews import forget_previews
from billing.services.forgive_case import resume_forgiving
from billing.services.give_up_change import resume_given_up_changes
from billing.services.invoice_terms import resume_terms_changes
from billing.services.make_attempts import make_attempts
from billing.services.pause import finish_pauses
from billing.services.pause_notices import remind_of_pauses
from billing.services.payment_methods import resume_payment_methods
from billing.services.plan_change_notices import announce_plan_changes
from billing.services.record_access import record_missed_access
from billing.services.record_changed_states import record_changed_states
from billing.services.refuse_trials import refuse_trials
from billing.services.remind_of_disputes import remind_of_disputes
from billing.services.remind_of_impact import remind_of_impact
from billing.services.resume import finish_resumptions
from billing.services.resume_evidence import resume_evidence
from billing.services.resume_seat_changes import resume_seat_changes
from billing.services.schedule_plan_change import resume_scheduled_changes
from billing.services.send_notices import send_due_notices
from billing.services.send_refunds import send_refunds
from billing.services.send_webhooks import send_due_webhooks
from billing.services.settle_card import resume_card_setups
from billing.services.settle_details import settle_details
from billing.services.settle_plan_change import settle_overdue_changes
from billing.services.sync import refresh_due
from billing.services.trial_reminders import remind_of_trials
from billing.services.write_case_mails import write_case_mails

logger = logging.getLogger(__name__)
# A wake-up older than this is worth nothing: the next one stands in line behind it.
_EXPIRES_SECONDS = 30


@shared_task(expires=_EXPIRES_SECONDS)
def sweep() -> None:
    """Do all that is due: refreshes, reactions, reminders, open wishes, mail. Safe to repeat and in parallel."""
    refresh_due(limit=100, seconds=10.0)
    now = clock.business_now()
    _attempt(reactions.run_due, now)
    _attempt(record_missed_access, now)
    _attempt(send_refunds, now)
    _attempt(refuse_trials, now)
    _attempt(resume_trial_changes, now)
    _attempt(remind_of_trials, now)
    _attempt(remind_of_pauses, now)
    _attempt(remind_of_cards, now)
    _attempt(resume_cancellations, clock.system_now())
    _attempt(resume_seat_changes, clock.system_now())
    _attempt(resume_discount_changes, clock.system_now())
    _attempt(resume_card_setups, clock.system_now())
    _attempt(resume_payment_methods, clock.system_now())
    _attempt(end_old_checkouts, clock.system_now())
    _attempt(settle_details, now)
    _attempt(resume_details_requests, clock.system_now())
    _attempt(resume_cancellations_now, clock.system_now())
    _attempt(settle_due_changes, now)
    _attempt(remind_of_impact, now)
    _attempt(resume_scheduled_changes, clock.system_now())
    _attempt(follow_team, now)
    _attempt(resume_terms_changes, clock.system_now())
    _attempt(finish_pauses, clock.system_now())
    _attempt(finish_resumptions, clock.system_now())
    _attempt(look_for_ended_pauses, now)
    _attempt(begin_periods, now)
    _attempt(resume_plan_changes, now)
    _attempt(resume_given_up_changes, now)
    _attempt(settle_overdue_changes, now)
    _attempt(announce_plan_changes, now)
    _attempt(forget_previews, clock.system_now())
    _attempt(forget_requests, clock.system_now())
    _attempt(send_due_notices, now)
    _attempt(resume_erasures, clock.system_now())
    _attempt(resume_evidence, now)
    _attempt(remind_of_disputes, now)
    _attempt(resume_credits, clock.system_now())


@shared_task(expires=_EXPIRES_SECONDS)
def collect_due_payments() -> None:
    """Pursue unpaid invoices: tries that are due, their answers, notices, deadlines. Safe to repeat, in parallel."""
    now = clock.business_now()
    _attempt(claim_due_cases, now)
    _attempt(make_attempts, now)
    _attempt(resume_forgiving, now)
    _attempt(write_case_mails, now)
    _attempt(send_last_notices, now)
    _attempt(close_at_deadline, now)
    _attempt(take_final_actions, now)


@shared_task(expires=_EXPIRES_SECONDS)
def true_up_seats_nightly() -> None:
    """After the quiet hour, compare each team with its paid seats, some at a time. Safe to repeat and in parallel."""
    true_up_seats(clock.business_now())


@shared_task(expires=_EXPIRES_SECONDS)
def send_webhooks() -> None:
    """Tell customers' programs what is due, after what time alone has changed. Safe to repeat and in parallel."""
    _attempt(record_changed_states, clock.business_now())
    _attempt(send_due_webhooks, clock.system_now())


@shared_task(expires=_EXPIRES_SECONDS)
def forget_webhooks() -> None:
    """Remove what customers' programs were told long ago. Safe to repeat and to run at once."""
    forget_outgoing_events(clock.system_now())


@shared_task(expires=_EXPIRES_SECONDS)
def forget_mail() -> None:
    """Remove the contents of mail that is past its time. Safe to repeat and to run at once."""
    forget_old_mail(clock.system_now())
    _attempt(forget_old_sign_ins, clock.system_now())


def _attempt(step: Callable[[datetime], int], now: datetime) -> None:
    """A fault in one kind of work is logged and must not end the others: mail still goes out."""
    try:
        step(now)
    except Exception:
        logger.exception("Sweep: %s failed; the other work goes on", step.__name__)
