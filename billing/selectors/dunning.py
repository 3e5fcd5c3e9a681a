"""Reads what a decision about an unpaid invoice rests on: its last decline, the card's history, the policy."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Q

from billing.models import (
    CardBlock,
    ChargeAttempt,
    Customer,
    CustomerDetails,
    Dispute,
    DunningAttempt,
    DunningCase,
    DunningPolicy,
    Invoice,
    PaymentMethod,
    Subscription,
)
from billing.rules.dunning.facts import CardHistory, CaseFacts, Decline, Policy, Try, Verdict
from billing.rules.dunning.judge import choose_code, judge
from billing.rules.dunning.policy import load_policy
from billing.terms import AttemptState, AttemptTrigger, BlockReach, ChargeStatus, DisputeStatus

_WINDOW = timedelta(days=30)
_DISPUTE_IS_OVER = (DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.WARNING_CLOSED, DisputeStatus.PREVENTED)
_ASKS_CUSTOMER = "authentication_required"
_NO_CHARGE_YET = (AttemptState.SENDING.value, AttemptState.UNKNOWN.value)


def decline_of(charge: ChargeAttempt) -> Decline:
    """The failed try as the rules read it. A charge has its outcome's reason where an error has the decline code."""
    code = choose_code(reason=charge.decline_code, decline_code=charge.failure_code)
    return Decline(
        code=code,
        network_decline_code=charge.network_decline_code,
        advice_code=charge.advice_code,
        network_advice_code=charge.network_advice_code,
        card_brand=charge.card_brand,
        asks_customer=code == _ASKS_CUSTOMER,
    )


def verdict_of(case: DunningCase, *, fingerprint: str) -> Verdict | None:
    """What the last decline of its invoice on this card means; None where there was none."""
    return last_verdicts([case]).get((case.pk, fingerprint))


def last_verdicts(cases: Collection[DunningCase]) -> dict[tuple[int, str], Verdict]:
    """By case and card, what the newest decline means; one query for any number."""
    numbers = {case.stripe_invoice_id: case.pk for case in cases}
    charges = ChargeAttempt.objects.filter(stripe_invoice_id__in=numbers, status=ChargeStatus.FAILED.value)
    newest = {
        (numbers[charge.stripe_invoice_id], charge.card_fingerprint): charge
        for charge in charges.order_by("created_at", "pk")
    }
    return {key: judge(decline_of(charge)) for key, charge in newest.items()}


def case_facts(case: DunningCase, *, customer_retries: int = 0) -> CaseFacts:
    """`customer_retries` are the tries so far that a new card caused, where they count."""
    return CaseFacts(
        customer_retries=customer_retries,
        opened_at=case.opened_at,
        deadline_at=case.deadline_at,
        amount_minor=case.amount_minor,
        currency=case.currency,
        time_zone=case.time_zone,
        country=case.country,
        retries=case.retries,
        retries_of_class=case.retries_of_class,
        last_try_at=case.last_try_at,
    )


def count_customer_retries(case: DunningCase) -> int:
    """Tries that another card, or new data of the same one, caused."""
    triggers = (AttemptTrigger.NEW_CARD.value, AttemptTrigger.CARD_UPDATED.value)
    return case.attempts.filter(trigger__in=triggers).exclude(state=AttemptState.SKIPPED.value).count()


def policy_of(case: DunningCase) -> Policy:
    """The version that the case was opened with."""
    return _parsed(case.policy_id)


@lru_cache(maxsize=256)
def _parsed(policy_id: int) -> Policy:
    # A version never changes, so that what was read of it once is good for ever.
    row = DunningPolicy.objects.get(pk=policy_id)
    return load_policy(row.key, row.version, row.body)


def card_histories(cards: Iterable[tuple[str, str]], *, now: datetime) -> dict[str, CardHistory]:
    """By fingerprint, for pairs of fingerprint and brand; three queries for any number. `now` is business time.

    Tries of everybody count, ours that have no charge yet as well.
    """
    brands = {fingerprint: brand for fingerprint, brand in cards if fingerprint}
    if not brands:
        return {}
    tries: dict[str, list[Try]] = defaultdict(list)
    known = {"card_fingerprint__in": list(brands)}
    since = now - _WINDOW
    charges = ChargeAttempt.objects.filter(**known, created_at__gt=since)
    for fingerprint, at, amount, currency in charges.values_list(
        "card_fingerprint", "created_at", "amount_minor", "currency"
    ):
        tries[fingerprint].append(Try(at, amount, currency))
    silent = DunningAttempt.objects.filter(**known, sent_at__gt=since).filter(
        Q(state__in=_NO_CHARGE_YET) | Q(state=AttemptState.DECLINED.value, stripe_charge_id="")
    )
    for fingerprint, sent_at, amount, currency in silent.values_list(
        "card_fingerprint", "sent_at", "amount_minor", "currency"
    ):
        if sent_at is not None:
            tries[fingerprint].append(Try(sent_at, amount, currency))
    blocked = set(CardBlock.objects.filter(**known).values_list("card_fingerprint", flat=True))
    return {
        fingerprint: CardHistory(brand, tuple(sorted(tries[fingerprint], key=_when)), fingerprint in blocked)
        for fingerprint, brand in brands.items()
    }


def _when(one: Try) -> datetime:
    return one.at


def card_history(fingerprint: str, *, brand: str, now: datetime) -> CardHistory:
    """The same for one card; one without a fingerprint has no history that could be known."""
    return card_histories([(fingerprint, brand)], now=now).get(fingerprint) or CardHistory(brand)


def charged_cards(stripe_subscription_ids: Collection[str]) -> dict[str, PaymentMethod]:
    """By subscription, the card that Stripe would charge for it; three queries for any number."""
    rows = list(Subscription.objects.filter(stripe_subscription_id__in=stripe_subscription_ids))
    defaults = dict(
        Customer.objects.filter(stripe_customer_id__in={row.stripe_customer_id for row in rows}).values_list(
            "stripe_customer_id", "default_stripe_payment_method_id"
        )
    )
    named = {
        row.stripe_subscription_id: row.stripe_payment_method_id or defaults.get(row.stripe_customer_id) or ""
        for row in rows
    }
    cards = {
        card.stripe_payment_method_id: card
        for card in PaymentMethod.objects.filter(stripe_payment_method_id__in=set(named.values())).exclude(
            stripe_customer_id=""
        )
    }
    return {subscription: cards[card] for subscription, card in named.items() if card in cards}


def is_disputed(stripe_subscription_id: str) -> bool:
    """Whether a dispute or inquiry that is not over stands on any charge of the subscription."""
    invoices = Invoice.objects.filter(stripe_subscription_id=stripe_subscription_id)
    charges = ChargeAttempt.objects.filter(stripe_invoice_id__in=invoices.values("stripe_invoice_id"))
    open_ones = Dispute.objects.filter(stripe_charge_id__in=charges.values("stripe_charge_id"))
    return open_ones.exclude(status__in=_DISPUTE_IS_OVER).exists()


def country_of(stripe_customer_id: str) -> str:
    """Where the customer is billed (two letters), empty where Stripe does not say."""
    found = CustomerDetails.objects.filter(customer__stripe_customer_id=stripe_customer_id)
    return found.values_list("country", flat=True).first() or ""


def is_mandate_over(fingerprint: str) -> bool:
    """Whether the holder took the mandate back by way of the bank."""
    return CardBlock.objects.filter(card_fingerprint=fingerprint, reach=BlockReach.MANDATE.value).exists()
