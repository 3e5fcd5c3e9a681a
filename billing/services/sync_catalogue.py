"""Publishes the catalogue file to Stripe and then writes our rows; it must not know how the file is found."""

import logging
from dataclasses import dataclass
from uuid import uuid4

from django.db import transaction

from billing import audit, clock
from billing.errors import LeaseTaken, StripeUnreachable, UnderWay
from billing.gateway import prices, products
from billing.mirror import refresh, work
from billing.mirror.catalogue import write_catalogue
from billing.mirror.refs import ObjectRef
from billing.models.access_record import record_catalogue
from billing.rules.catalogue_changes import changes_between
from billing.rules.catalogue_diff import steps_at_stripe
from billing.rules.catalogue_file import read_catalogue
from billing.rules.catalogue_steps import (
    ArchivePrice,
    ArchiveProduct,
    ChangeProduct,
    CreatePrice,
    CreateProduct,
    Published,
    RestorePrice,
    Step,
)
from billing.selectors.recorded_catalogue import recorded_catalogue

logger = logging.getLogger(__name__)
# One to make what is missing, one to archive what was replaced, one more for what another run did meanwhile.
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class CatalogueSync:
    """What was done, or in a dry run would be done: one line a step."""

    at_stripe: tuple[str, ...]
    in_rows: tuple[str, ...]


def sync_catalogue(text: str, *, is_dry_run: bool = False) -> CatalogueSync:
    """Make Stripe and our rows sell what the TOML `text` says. Safe to repeat and to run twice at once.

    Stripe is brought up to date step by step and then read again until nothing is left to do, so a run after a
    crash finishes what the crash left. Our rows follow in one transaction: until then the old catalogue is on sale.
    Raises CatalogueError before anything is asked or changed; StripeUnreachable, StripeKeyRefused and StripeRefused
    after which a further run goes on; UnderWay when another run publishes another file at the same time.
    """
    catalogue = read_catalogue(text)

    published = _published()
    steps = steps_at_stripe(catalogue, published=published)
    changes = changes_between(recorded_catalogue(), catalogue)
    if is_dry_run:
        return CatalogueSync(tuple(map(str, steps)), changes)

    done: list[str] = []
    for _ in range(_ROUNDS):
        if not steps:
            break
        for step in steps:
            _carry_out(step)
            done.append(str(step))
        published = _published()
        steps = steps_at_stripe(catalogue, published=published)
    if steps:
        raise UnderWay("Another run is publishing another catalogue. Run this again when it is done.")

    with transaction.atomic():
        refs = write_catalogue(catalogue, published=published)
        if done or changes:
            told = {"steps": done, "changes": list(changes)}
            audit.record("catalogue_synced", subject="catalogue", organization=None, actor=None, after=told)
        record_catalogue(business_at=clock.recent_business_now())
        work.want(refs)
    _refresh(refs)
    return CatalogueSync(tuple(done), changes)


def _published() -> Published:
    found = products.list_products()
    return Published(found, tuple(price for product in found for price in prices.list_prices(product.plan_code)))


def _carry_out(step: Step) -> None:
    # Setting a value twice does no harm, but an old key would answer with an old result: each call has its own.
    once = f"catalogue-{uuid4()}"
    match step:
        case CreateProduct():
            products.create_product(step.plan, key=step.idempotency_key)
        case ChangeProduct():
            products.update_product(step.plan, key=once)
        case ArchiveProduct():
            products.archive_product(step.plan_code, key=once)
        case CreatePrice():
            prices.create_price(
                step.plan_code, price=step.price, takes_over=step.replaces is not None, key=step.idempotency_key
            )
        case RestorePrice():
            prices.set_price_active(step.price.stripe_price_id, is_active=True, key=once)
        case ArchivePrice():
            prices.set_price_active(step.price.stripe_price_id, is_active=False, key=once)


def _refresh(refs: list[ObjectRef]) -> None:
    """Fetch them at once, so that the first checkout finds them; what fails stays due for a worker."""
    for ref in refs:
        try:
            refresh.refresh(ref, is_baseline=True)
        except (LeaseTaken, StripeUnreachable) as error:
            logger.warning("%s is refreshed later: %s", ref.key, error.code)
