"""What is to be done at Stripe follows from the catalogue and from what Stripe sells, and ends in the catalogue."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from billing.money import Money
from billing.rules.catalogue import Catalogue, Plan, PlanPrice, lookup_key
from billing.rules.catalogue_diff import steps_at_stripe
from billing.rules.catalogue_steps import (
    ArchivePrice,
    ArchiveProduct,
    ChangeProduct,
    CreatePrice,
    CreateProduct,
    Published,
    PublishedPrice,
    PublishedProduct,
    RestorePrice,
    Step,
)
from billing.terms import Interval

CREATED_AT = datetime(2026, 11, 20, tzinfo=UTC)
FREE = Plan(code="free", name="Free", is_free=True)


def plan(code: str, *, amount_minor: int, name: str = "") -> Plan:
    key = lookup_key(code, interval=Interval.MONTH, currency="eur")
    return Plan(
        code=code,
        name=name or code.title(),
        prices=(PlanPrice(key, Interval.MONTH, Money(amount_minor, "eur")),),
    )


def catalogue(*plans: Plan) -> Catalogue:
    return Catalogue(currencies=("eur",), plans=(FREE, *plans))


def after(published: Published, *, step: Step) -> Published:
    """What Stripe sells once a step was carried out."""
    products = {product.plan_code: product for product in published.products}
    prices = {price.stripe_price_id: price for price in published.prices}
    match step:
        case CreateProduct(plan=made) | ChangeProduct(plan=made):
            products[made.code] = PublishedProduct(made.code, made.name, made.tagline, is_active=True)
        case ArchiveProduct(plan_code=code):
            products[code] = replace(products[code], is_active=False)
        case CreatePrice():
            if step.replaces:
                prices[step.replaces.stripe_price_id] = replace(step.replaces, lookup_key="")
            key = step.price.lookup_key
            found = PublishedPrice(
                f"price_{len(prices) + 1}", step.plan_code, key, key, step.price.interval, step.price.money,
                is_active=True, created_at=CREATED_AT,
            )  # fmt: skip
            prices[found.stripe_price_id] = found
        case RestorePrice(price=price):
            prices[price.stripe_price_id] = replace(price, is_active=True)
        case ArchivePrice(price=price):
            prices[price.stripe_price_id] = replace(price, is_active=False)
    return Published(tuple(products.values()), tuple(prices.values()))


def published_after(wanted: Catalogue, *, published: Published | None = None) -> Published:
    published = published or Published()
    for _ in range(3):
        for step in steps_at_stripe(wanted, published=published):
            published = after(published, step=step)
    assert steps_at_stripe(wanted, published=published) == ()
    return published


def on_sale(published: Published) -> dict[str, Money]:
    return {price.lookup_key: price.money for price in published.prices if price.is_active}


def test_empty_account_gets_products_before_prices_and_nothing_for_the_free_plan():
    steps = steps_at_stripe(catalogue(plan("pro", amount_minor=1600)), published=Published())

    assert [str(step) for step in steps] == [
        "create product plan_pro: Pro",
        "create price pro_month_eur: 16.00 EUR",
    ]


def test_changed_amount_replaces_the_price_before_the_old_one_is_archived():
    published = published_after(catalogue(plan("pro", amount_minor=1600)))
    dearer = catalogue(plan("pro", amount_minor=1800))

    first = steps_at_stripe(dearer, published=published)
    second = steps_at_stripe(dearer, published=after(published, step=first[0]))

    assert [str(step) for step in first] == [
        "replace price pro_month_eur: 16.00 EUR becomes 18.00 EUR; who has price_1 keeps it"
    ]
    assert [str(step) for step in second] == ["archive price pro_month_eur (price_1): 16.00 EUR; who has it keeps it"]


def test_returning_to_an_older_amount_makes_a_new_price_under_another_idempotency_key():
    cheap, dear = catalogue(plan("pro", amount_minor=1600)), catalogue(plan("pro", amount_minor=1800))
    published = published_after(dear, published=published_after(cheap))

    (first,) = [step for step in steps_at_stripe(cheap, published=Published()) if isinstance(step, CreatePrice)]
    (back,) = steps_at_stripe(cheap, published=published)

    assert isinstance(back, CreatePrice)
    assert back.idempotency_key != first.idempotency_key
    assert on_sale(published_after(cheap, published=published)) == {"pro_month_eur": Money(1600, "eur")}


def test_two_runs_that_see_the_same_state_use_the_same_keys():
    wanted = catalogue(plan("pro", amount_minor=1600))

    first, second = (steps_at_stripe(wanted, published=Published()) for _ in range(2))

    assert [step.idempotency_key for step in first] == [step.idempotency_key for step in second]


def test_vanished_plan_is_archived_and_comes_back_with_its_own_price():
    both = catalogue(plan("pro", amount_minor=1600), plan("max", amount_minor=2000))
    published = published_after(both)

    without = published_after(catalogue(plan("pro", amount_minor=1600)), published=published)
    again = published_after(both, published=without)

    assert on_sale(without) == {"pro_month_eur": Money(1600, "eur")}
    assert [product.plan_code for product in without.products if product.is_active] == ["pro"]
    assert again == published


def test_rename_changes_the_product_and_no_price():
    published = published_after(catalogue(plan("pro", amount_minor=1600)))

    steps = steps_at_stripe(catalogue(plan("pro", amount_minor=1600, name="Studio")), published=published)

    assert [str(step) for step in steps] == ["rename product plan_pro: Pro becomes Studio"]


def test_price_made_by_hand_is_left_alone():
    by_hand = PublishedPrice(
        "price_hand", "pro", "", "", Interval.YEAR, Money(99_000, "eur"), is_active=True, created_at=CREATED_AT
    )
    published = published_after(catalogue(plan("pro", amount_minor=1600)))

    steps = steps_at_stripe(
        catalogue(plan("pro", amount_minor=1600)), published=replace(published, prices=(*published.prices, by_hand))
    )

    assert steps == ()


amounts = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(1, 3), min_size=1)


@given(st.lists(st.tuples(amounts, st.integers(0, 6)), min_size=1, max_size=5))
def test_any_history_with_crashes_ends_in_the_last_catalogue(history):
    published = Published()
    for wanted, steps_before_crash in history:
        last = catalogue(*(plan(code, amount_minor=amount) for code, amount in wanted.items()))
        for step in steps_at_stripe(last, published=published)[:steps_before_crash]:
            published = after(published, step=step)

    published = published_after(last, published=published)

    assert on_sale(published) == {price.lookup_key: price.money for paid in last.plans for price in paid.prices}
    assert {product.plan_code for product in published.products if product.is_active} == set(history[-1][0])


@given(st.lists(amounts, min_size=2, max_size=5))
def test_no_price_ever_changes_its_amount(history):
    published, seen = Published(), {}
    for wanted in history:
        published = published_after(
            catalogue(*(plan(code, amount_minor=amount) for code, amount in wanted.items())), published=published
        )
        for price in published.prices:
            assert seen.setdefault(price.stripe_price_id, price.money) == price.money
