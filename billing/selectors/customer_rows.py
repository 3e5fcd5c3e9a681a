"""What one line of each list on the customer's page says; times are UTC, sums minor units of the row's currency."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MemberRow:
    pk: int
    name: str
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """`plan_name` is empty where the price is none of the catalogue's; `unit_amount_minor` is before tax."""

    pk: int
    stripe_id: str
    status: str
    plan_name: str
    unit_amount_minor: int | None
    currency: str
    interval: str | None
    quantity: int
    current_period_end: datetime | None
    trial_end: datetime | None
    cancel_at: datetime | None
    ended_at: datetime | None
    past_due_at: datetime | None
    is_collection_paused: bool


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    pk: int
    stripe_id: str
    number: str
    status: str
    total_minor: int
    remaining_minor: int
    currency: str
    created_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A try to collect money; `cause` is the bank's code where it failed."""

    pk: int
    stripe_id: str
    status: str
    amount_minor: int
    refunded_minor: int
    currency: str
    cause: str
    card: str
    is_disputed: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BackRow:
    """A refund or a dispute, as `table` says; `due_at` is by when a dispute wants its evidence."""

    table: str
    pk: int
    stripe_id: str
    status: str
    reason: str
    amount_minor: int
    currency: str
    created_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A dunning case or a task of the staff, as `table` says; sum, currency and deadline are a case's."""

    table: str
    pk: int
    words: str
    state: str
    amount_minor: int
    currency: str
    at: datetime
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class MailRow:
    """`subject` is empty where the mail's words were erased."""

    pk: int
    kind: str
    state: str
    subject: str
    recipient: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteRow:
    """`author` is empty for a person who is gone."""

    pk: int
    author: str
    text: str
    created_at: datetime
