"""Makes one failed payment up, with all that will happen to it whoever pursues it; it must not know any policy.

All chance lies here. So each policy meets the same cards, the same luck and the same customers, and a difference
between two policies is one of the policies.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from billing.lab.assumptions import Drawn
from billing.lab.causes import (
    CAUSES,
    HIDDEN_ADVICE,
    HIDDEN_VISA,
    PLACES,
    PRICES,
    SOFT_TRUTHS,
    Cause,
    Truth,
)
from billing.lab.payable import payable_spans
from billing.rules.dunning.facts import Decline, Try

HORIZON = timedelta(days=28)
_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
_YEAR_MINUTES = 365 * 24 * 60
_MONTH_MINUTES = 30 * 24 * 60
_TRIES = 32
_MAILS = 16
_BUSIEST = 24


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one mail does: the customer acts after `delay`, if `luck` is below the chance to."""

    luck: float
    delay: timedelta


@dataclass(frozen=True, slots=True)
class Failure:
    """A payment that failed at `opened_at` (UTC). A try succeeds in a span of `payable`, by the luck of its number.

    `renewed_at` is when new data of the card arrive by themselves. `chance` is how likely one clear mail brings the
    customer to act, who then pays if `pays`. `earlier` are tries on the same card for other invoices.
    """

    opened_at: datetime
    time_zone: str
    country: str
    amount_minor: int
    currency: str
    decline: Decline
    truth: Truth
    payable: tuple[tuple[datetime, datetime], ...]
    renewed_at: datetime | None
    accepted: float
    luck: tuple[float, ...]
    chance: float
    reactions: tuple[Reaction, ...]
    pays: bool
    earlier: tuple[Try, ...]

    def accepts(self, at: datetime, *, number: int) -> bool:
        """Whether the try with this `number`, counted from 0, is paid at `at`."""
        is_payable = any(begins <= at < ends for begins, ends in self.payable)
        return is_payable and self.luck[number % len(self.luck)] < self.accepted

    @property
    def is_hopeless(self) -> bool:
        """No try without the customer can ever succeed: neither on this card as it is, nor without a confirmation."""
        return not self.payable and self.truth not in SOFT_TRUTHS


def draw_failure(chance: Random, drawn: Drawn) -> Failure:
    """One failure under the assumptions `drawn`; the same for the same state of `chance`."""
    cause = chance.choices(CAUSES, [drawn[each.weight] for each in CAUSES])[0]
    brand = chance.choices(
        ("visa", "mastercard", "amex"), [drawn["visa"], drawn["mastercard"], drawn["other_brands"]]
    )[0]
    truth = _truth(cause, chance, drawn)
    opened_at = _BEGINS + timedelta(minutes=chance.randrange(_YEAR_MINUTES))
    time_zone, country, _ = chance.choices(PLACES, [weight for _, _, weight in PLACES])[0]
    amount_minor, currency = chance.choice(PRICES)
    payable, renewed_at = payable_spans(truth, opened_at=opened_at, time_zone=time_zone, chance=chance, drawn=drawn)
    return Failure(
        opened_at=opened_at,
        time_zone=time_zone,
        country=country,
        amount_minor=amount_minor,
        currency=currency,
        decline=_decline(cause, truth, brand=brand, chance=chance, drawn=drawn),
        truth=truth,
        payable=payable,
        renewed_at=renewed_at,
        accepted=drawn["accepted"],
        luck=tuple(chance.random() for _ in range(_TRIES)),
        chance=drawn["reacts"] * _eagerness(truth, drawn),
        reactions=tuple(_reaction(chance, drawn) for _ in range(_MAILS)),
        pays=chance.random() < drawn["customer_succeeds"],
        earlier=_earlier(opened_at, currency=currency, chance=chance, drawn=drawn),
    )


def _truth(cause: Cause, chance: Random, drawn: Drawn) -> Truth:
    luck = chance.random()
    if cause.truth != Truth.UNEXPLAINED:
        return cause.truth
    if luck < drawn["unexplained_hopeless"]:
        return Truth.HOPELESS
    return Truth.NO_MONEY if luck < drawn["unexplained_hopeless"] + drawn["unexplained_funds"] else Truth.BANK


def _decline(cause: Cause, truth: Truth, *, brand: str, chance: Random, drawn: Drawn) -> Decline:
    code = chance.choice(cause.codes)
    visa, advice, stripe_advice = code.visa, cause.advice, cause.stripe_advice
    is_hidden = cause.truth == Truth.UNEXPLAINED
    # Each number is drawn whether it is needed or not, so that one answer does not shift all later ones.
    tells, advises, stripe_advises = (
        chance.random() < drawn[name] for name in ("network_tells", "network_advises", "stripe_advises")
    )
    if is_hidden and tells:
        visa, advice = chance.choice(HIDDEN_VISA[truth]), HIDDEN_ADVICE[truth]
    if is_hidden and tells and truth == Truth.HOPELESS:
        advises, stripe_advice = True, ""
    return Decline(
        code=code.code,
        network_decline_code=visa if brand == "visa" else "",
        network_advice_code=chance.choice(advice) if brand == "mastercard" and advises and advice else "",
        advice_code=stripe_advice if stripe_advises else "",
        card_brand=brand,
        asks_customer=truth == Truth.UNCONFIRMED,
    )


def _eagerness(truth: Truth, drawn: Drawn) -> float:
    if truth in SOFT_TRUTHS:
        return drawn["reacts_if_soft"]
    return drawn["reacts_if_revoked"] if truth == Truth.REVOKED else 1.0


def _reaction(chance: Random, drawn: Drawn) -> Reaction:
    luck = chance.random()
    return Reaction(luck=luck, delay=timedelta(days=chance.expovariate(1 / drawn["reacts_after"])))


def _earlier(opened_at: datetime, *, currency: str, chance: Random, drawn: Drawn) -> tuple[Try, ...]:
    """Tries for other invoices of another sum, most often none."""
    if chance.random() >= drawn["busy_cards"]:
        return ()
    count = chance.randint(1, _BUSIEST)
    minutes = sorted((chance.randint(1, _MONTH_MINUTES) for _ in range(count)), reverse=True)
    return tuple(Try(opened_at - timedelta(minutes=each), 4900, currency) for each in minutes)
