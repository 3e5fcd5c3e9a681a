"""What waits for a person among the dunning cases: counts for the front page, and facts beside a case's page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from billing.models import CardBlock, DunningAttempt, DunningCase, Invoice, Notice, PaymentMethod
from billing.selectors.dunning import charged_cards
from billing.terms import OPEN_CASE_STATES, AttemptState, CaseState

OPEN_STATES = [state.value for state in OPEN_CASE_STATES]
ENDS_SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many cases are in conflict, and how many end within three days."""

    in_conflict: int
    ending_soon: int


def waiting_cases(now: datetime) -> Waiting:
    """`now` is business time; one query."""
    cases = DunningCase.objects.filter(state__in=OPEN_STATES).aggregate(
        in_conflict=Count("pk", filter=Q(state=CaseState.CONFLICT.value)),
        ending_soon=Count("pk", filter=Q(deadline_at__gt=now, deadline_at__lte=now + ENDS_SOON)),
    )
    return Waiting(cases["in_conflict"], cases["ending_soon"])


def unknown_attempts() -> int:
    """How many tries were sent and have no answer."""
    return DunningAttempt.objects.filter(state=AttemptState.UNKNOWN.value).count()


def invoice_of(case: DunningCase) -> Invoice | None:
    return Invoice.objects.filter(stripe_invoice_id=case.stripe_invoice_id).first()


def card_of(case: DunningCase) -> PaymentMethod | None:
    """The card that Stripe would charge for its subscription now."""
    return charged_cards([case.stripe_subscription_id]).get(case.stripe_subscription_id)


def blocks_of(case: DunningCase) -> list[CardBlock]:
    """Of the card of its last decline, of those that we tried, and of the one that would be charged now."""
    tried = {case.card_fingerprint, *case.attempts.values_list("card_fingerprint", flat=True)}
    card = card_of(case)
    fingerprints = {*tried, card.card_fingerprint if card else ""} - {""}
    return list(CardBlock.objects.filter(card_fingerprint__in=fingerprints).order_by("pk"))


def mails_of(case: DunningCase) -> list[Notice]:
    """The mails that the case caused, the oldest first."""
    return list(Notice.objects.filter(key__startswith=f"dunning:{case.uuid}:").order_by("pk"))
