"""Says what the lab assumes about failed payments; not one of these numbers is a finding, of ours or anybody's.

Every draw of the lab takes each number from its range, all values as likely. What holds over the whole ranges does
not hang on one guess; what does not, says so by its spread.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

Drawn = Mapping[str, float]
"""The values of one draw, by the name of their range."""


@dataclass(frozen=True, slots=True)
class Range:
    """One number that nobody knows, somewhere from `low` to `high`."""

    name: str
    low: float
    high: float
    unit: Literal["share", "factor", "days", "hours", "weight"]
    meaning: str


RANGES = (
    Range("declined_for_funds", 0.30, 0.50, "weight", "declines for lack of funds"),
    Range("declined_for_limits", 0.02, 0.06, "weight", "declines for the card's own limits of a day"),
    Range("declined_unexplained", 0.12, 0.25, "weight", "declines without a reason, such as do_not_honor"),
    Range("declined_technically", 0.03, 0.08, "weight", "faults of the bank or the network"),
    Range("declined_as_expired", 0.05, 0.12, "weight", "expired cards"),
    Range("declined_for_data", 0.02, 0.06, "weight", "wrong data, or a card that does not fit"),
    Range("declined_for_authentication", 0.04, 0.12, "weight", "the bank asks its holder to confirm"),
    Range("declined_as_closed", 0.03, 0.08, "weight", "closed or barred accounts"),
    Range("declined_as_fraud", 0.03, 0.07, "weight", "lost, stolen or suspected cards"),
    Range("declined_as_revoked", 0.005, 0.03, "weight", "the holder took the mandate back"),
    Range("declined_unheard_of", 0.0, 0.02, "weight", "codes that the decline table does not know"),
    Range("visa", 0.40, 0.65, "weight", "Visa cards"),
    Range("mastercard", 0.25, 0.40, "weight", "Mastercard cards"),
    Range("other_brands", 0.05, 0.15, "weight", "cards of other brands"),
    Range("unexplained_hopeless", 0.15, 0.40, "share", "unexplained declines of cards that never work again"),
    Range("unexplained_funds", 0.20, 0.40, "share", "unexplained declines that lack funds in truth"),
    Range("network_tells", 0.20, 0.70, "share", "unexplained declines whose network code tells the truth"),
    Range("network_advises", 0.20, 0.60, "share", "Mastercard declines with an advice code"),
    Range("stripe_advises", 0.10, 0.50, "share", "declines with Stripe's own advice"),
    Range("money_never", 0.15, 0.35, "share", "accounts without funds that get none in time"),
    Range("money_on_payday", 0.30, 0.80, "share", "accounts without funds that are filled by wages"),
    Range("payday_listed", 0.40, 0.90, "share", "wages that come on a day which the payday policy names"),
    Range("wages_by", 4.0, 12.0, "hours", "wages arrive between local midnight and then"),
    Range("money_comes_after", 2.0, 10.0, "days", "until other money comes (mean)"),
    Range("money_lasts", 2.0, 10.0, "days", "until it is spent again (mean)"),
    Range("bank_never", 0.10, 0.40, "share", "unexplained declines of the bank that do not pass in time"),
    Range("bank_passes_after", 1.0, 8.0, "days", "until the bank's other unexplained declines pass (mean)"),
    Range("fault_passes_after", 1.0, 12.0, "hours", "until a technical fault passes (mean)"),
    Range("card_renewed", 0.10, 0.35, "share", "expired cards whose new data arrive by themselves"),
    Range("card_renewed_after", 1.0, 7.0, "days", "until they arrive (mean)"),
    Range("accepted", 0.75, 0.95, "share", "tries that are accepted while nothing stands against it"),
    Range("busy_cards", 0.01, 0.05, "share", "cards with up to 24 tries for other invoices in the last 30 days"),
    Range("reacts", 0.25, 0.50, "share", "customers whom one clear mail brings to act, if the card cannot work"),
    Range("reacts_again", 0.30, 0.70, "factor", "of the mail before, for each further one"),
    Range("reacts_if_soft", 0.10, 0.40, "factor", "of it where only funds or the bank stand against it"),
    Range("reacts_if_revoked", 0.0, 0.10, "factor", "of it after the mandate was taken back"),
    Range("reacts_to_vague", 0.50, 0.90, "factor", "of it for a mail that names no reason"),
    Range("reacts_after", 1.0, 5.0, "days", "from a mail until the customer acts (mean)"),
    Range("customer_succeeds", 0.80, 0.97, "share", "customers who act and then pay"),
)

FIXED = (
    "A case counts as recovered if it is paid within 28 days, and under a policy of ours before its deadline.",
    "All policies meet the very same failures: same cards, same luck, same customers.",
    "Each failure begins at some minute of the year 2026, in one of 12 time zones (one customer in ten: unknown).",
    "Plain schedules read no code. They write vague mails after failed tries, three at most, as many as ours writes.",
    "Ours writes as production does: it failed, only you can go on, the last notice. Where the reason must not be "
    "told (a stolen card, and all that look like it), its mails are as vague as the others'.",
    "A try in vain does no harm in the model: no fee, no fallen trust of the bank, no customer who leaves for it.",
    "Every try is sent at its moment; Stripe's own blocks and retries are not in the model.",
    "A customer acts once, with another card or by confirming, and pays or not.",
)


def draw_assumptions(chance: Random) -> Drawn:
    """One value out of each range, the same for the same state of `chance`."""
    return {each.name: chance.uniform(each.low, each.high) for each in RANGES}
