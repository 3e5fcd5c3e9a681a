"""Decides from when on a card may be tried again, by the limits on tries; it must not know whose invoice it is for.

All tries on a card count, whoever makes them, and the networks count them by card and not by customer.
"""

from datetime import datetime, timedelta

from billing.rules.dunning.facts import CardHistory, Policy
from billing.rules.dunning.tables import ANY_BRAND, Ceiling, ceilings

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)


def ceilings_of(brand: str) -> tuple[Ceiling, ...]:
    """The limits for cards of `brand` as Stripe spells it, the network's and our own."""
    return tuple(each for each in ceilings() if each.brand in (ANY_BRAND, brand.lower()))


def network_ceiling(brand: str, *, window: timedelta) -> int | None:
    """The least of the limits on tries in any `window` for `brand`, None without one."""
    return min((each.count for each in ceilings_of(brand) if each.window == window), default=None)


def strictest_ceiling(window: timedelta) -> int:
    """What no policy may exceed in any `window`, as one policy is for cards of all brands."""
    return min(each.count for each in ceilings() if each.window == window)


def earliest_allowed(
    history: CardHistory, *, at: datetime, amount_minor: int, currency: str, policy: Policy
) -> datetime | None:
    """The first moment from `at` on at which one more try breaks no limit; None if there is none within 30 days.

    A try counts for a whole window from its own moment on. `amount_minor` is in `currency`'s minor unit, and counts
    where a network's limit is by amount. Times are UTC. Safe to repeat.
    """
    if history.is_blocked:
        return None
    all_tries = sorted(each.at for each in history.tries)
    like = sorted(
        each.at
        for each in history.tries
        if each.amount_minor == amount_minor and each.currency.lower() == currency.lower()
    )
    limits = [(policy.max_24h, DAY, all_tries), (policy.max_30d, MONTH, all_tries)]
    limits += [
        (each.count, each.window, like if each.is_per_amount else all_tries) for each in ceilings_of(history.brand)
    ]
    earliest = at
    for count, window, tries in limits:
        if count <= 0:
            return None
        if len(tries) >= count:
            # From then on fewer than `count` of them are younger than the window.
            earliest = max(earliest, tries[-count] + window)
    return earliest if earliest <= at + MONTH else None
