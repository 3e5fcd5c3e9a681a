"""The words of publishing: what Stripe sells now, and each step that may change it; it must not decide the steps."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.money import Money, minor_units
from billing.rules.catalogue import Plan, PlanPrice
from billing.terms import Interval


@dataclass(frozen=True, slots=True)
class PublishedProduct:
    """A product of the catalogue at Stripe; its id is `plan_` and the plan's code."""

    plan_code: str
    name: str
    description: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class PublishedPrice:
    """A price of such a product at Stripe.

    `lookup_key` is Stripe's and moves on when the price is replaced. `catalogue_key` is the one under which the
    catalogue made the price, and stays; it is empty for a price that was made by hand.
    """

    stripe_price_id: str
    plan_code: str
    lookup_key: str
    catalogue_key: str
    interval: Interval
    money: Money
    is_active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Published:
    products: tuple[PublishedProduct, ...] = ()
    prices: tuple[PublishedPrice, ...] = ()


@dataclass(frozen=True, slots=True)
class CreateProduct:
    plan: Plan

    @property
    def idempotency_key(self) -> str:
        """We choose the product's id, so that a second one cannot come to be under another key either."""
        return _digest("product", [self.plan.code, self.plan.name, self.plan.tagline])

    def __str__(self) -> str:
        return f"create product plan_{self.plan.code}: {self.plan.name}"


@dataclass(frozen=True, slots=True)
class ChangeProduct:
    """Rename it, or put an archived one back."""

    plan: Plan
    before: PublishedProduct

    def __str__(self) -> str:
        if not self.before.is_active:
            return f"restore product plan_{self.plan.code}: {self.plan.name}"
        if self.before.name != self.plan.name:
            return f"rename product plan_{self.plan.code}: {self.before.name} becomes {self.plan.name}"
        return f"describe product plan_{self.plan.code}: {self.plan.tagline}"


@dataclass(frozen=True, slots=True)
class ArchiveProduct:
    plan_code: str

    def __str__(self) -> str:
        return f"archive product plan_{self.plan_code}"


@dataclass(frozen=True, slots=True)
class CreatePrice:
    """A new price. Where one `replaces` another, the lookup key moves and the old one is archived afterwards.

    `earlier_ids` are all prices that the catalogue ever made under this lookup key.
    """

    plan_code: str
    price: PlanPrice
    replaces: PublishedPrice | None
    earlier_ids: tuple[str, ...]

    @property
    def idempotency_key(self) -> str:
        """The same for runs that see the same state, so that they make one price together.

        Returning to an older amount sees more earlier prices, so the answer of then is not given again.
        """
        content = [
            *(self.plan_code, self.price.lookup_key, self.price.interval.value),
            *(self.price.money.amount_minor, self.price.money.currency),
            *(self.replaces is not None, sorted(self.earlier_ids)),
        ]
        return _digest("price", content)

    def __str__(self) -> str:
        if self.replaces is None:
            return f"create price {self.price.lookup_key}: {written(self.price.money)}"
        return (
            f"replace price {self.price.lookup_key}: {written(self.replaces.money)} becomes "
            f"{written(self.price.money)}; who has {self.replaces.stripe_price_id} keeps it"
        )


@dataclass(frozen=True, slots=True)
class RestorePrice:
    price: PublishedPrice

    def __str__(self) -> str:
        return f"restore price {self.price.lookup_key}: {written(self.price.money)}"


@dataclass(frozen=True, slots=True)
class ArchivePrice:
    price: PublishedPrice

    def __str__(self) -> str:
        id_and_key = f"{self.price.catalogue_key} ({self.price.stripe_price_id})"
        return f"archive price {id_and_key}: {written(self.price.money)}; who has it keeps it"


Step = CreateProduct | ChangeProduct | ArchiveProduct | CreatePrice | RestorePrice | ArchivePrice


def written(money: Money) -> str:
    """An amount for a log line, such as `48.00 EUR`."""
    factor, _ = minor_units(money.currency)
    return f"{money.to_major():.{len(str(factor)) - 1}f} {money.currency.upper()}"


def _digest(name: str, content: Sequence[object]) -> str:
    return f"catalogue-{name}-{hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]}"
