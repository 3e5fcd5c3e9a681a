"""What the decisions about an unpaid invoice are told, and what they answer; nothing is decided here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing.terms import BlockReach, DeclineClass, SlotPreference


@dataclass(frozen=True, slots=True)
class Decline:
    """One failed try as the bank, the network and Stripe tell it. Codes are text, as they come (`05`, `R0`).

    `code` is Stripe's decline code or, where the outcome names one, its reason. `asks_customer`: the bank wants the
    customer to confirm, whatever the code.
    """

    code: str
    network_decline_code: str = ""
    advice_code: str = ""
    network_advice_code: str = ""
    card_brand: str = ""
    asks_customer: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a decline means. `max_retries` are automatic ones; 0 where only the customer can go on.

    `waits` are the gaps before the first, second … retry, the last one repeats. `network_wait` is what the network
    itself demands, and outranks every policy. `message_key` names the words for the customer, `reveals_reason` says
    whether they may name the reason. No policy waits less than `wait_min`; a retry is moved to a payday only within
    `wait_max`.
    """

    decline_class: DeclineClass
    code: str
    max_retries: int
    waits: tuple[timedelta, ...]
    slot: SlotPreference
    message_key: str
    message_delay: timedelta
    reveals_reason: bool
    customer_action: str
    network_wait: timedelta | None = None
    block: BlockReach | None = None
    alerts_staff: bool = False
    is_known: bool = True
    wait_min: timedelta = timedelta(0)
    wait_max: timedelta | None = None

    @property
    def may_retry(self) -> bool:
        return self.max_retries > 0

    @property
    def ends_mandate(self) -> bool:
        """The customer ended it by way of the bank: the case goes to its final action."""
        return self.block == BlockReach.MANDATE


@dataclass(frozen=True, slots=True)
class Try:
    """One try on a card, by whomever: we, the customer, staff or Stripe. `at` is UTC business time."""

    at: datetime
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class CardHistory:
    """All tries on one card (by its fingerprint) in the last 30 days, and whether it is blocked for us."""

    brand: str
    tries: tuple[Try, ...] = ()
    is_blocked: bool = False


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """An open case. `retries` are the automatic ones made so far, `retries_of_class` those after a like decline.

    `customer_retries` those that a new or renewed card caused. `time_zone` is a name (`Europe/Berlin`), `country` two
    letters, empty where nobody knows. `last_try_at` is the moment of the newest try by anybody. All moments are UTC
    business time.
    """

    opened_at: datetime
    deadline_at: datetime
    amount_minor: int
    currency: str
    time_zone: str
    country: str
    retries: int
    retries_of_class: int
    last_try_at: datetime
    customer_retries: int = 0


@dataclass(frozen=True, slots=True)
class RetryAt:
    """The next automatic try."""

    at: datetime


@dataclass(frozen=True, slots=True)
class AskCustomer:
    """Nothing more by itself; `why` is a stable word.

    `needs_customer`, `budget`, `limit`, `deadline`, `blocked`, or `staff` where the fault may be ours.
    """

    why: str


@dataclass(frozen=True, slots=True)
class Close:
    """To the final action, at once; `why` is a stable word (`mandate`, `deadline`)."""

    why: str


Step = RetryAt | AskCustomer | Close


@dataclass(frozen=True, slots=True)
class LocalWindow:
    """Hours of the customer's day, `from_minute` included, `to_minute` not; minutes since midnight."""

    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """How long an unpaid subscription may be used in full, and how long to read, from the first failure."""

    read_only_after: timedelta | None
    closed_after: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a dunning policy. `slots` gives the waits of a class that shall not come from the decline table.

    `paydays` are names by country (`DE`: `last_business_day`, `day_15`; `*` for all others); without any, a payday
    slot is a plain morning. `messages` names the template for each message key of the decline table, `none` for no
    mail.
    """

    key: str
    version: int
    window: LocalWindow
    paydays: Mapping[str, tuple[str, ...]]
    min_gap: timedelta
    max_24h: int
    max_30d: int
    max_retries: int
    customer_retries_max: int
    deadline: timedelta
    access: AccessPlan
    final_action: str
    last_notice_before: timedelta
    slots: Mapping[DeclineClass, tuple[timedelta, ...]] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
