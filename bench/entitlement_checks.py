"""A process that checks a feature again and again: `python -m bench.entitlement_checks ORGANIZATIONS ROUNDS`.

It fills a fresh database with organizations that have subscribed, and prints what a check costs as one JSON line.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

_KEPT_A_ROUND = 2_000
_READ_A_ROUND = 50


def main(organizations: int, rounds: int) -> None:
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    from accounts.models import Organization
    from billing.models import entitlement_cache
    from billing.selectors.access import access_for
    from billing.selectors.entitlements import entitlements_for

    _fill(organizations)
    rows = list(Organization.objects.order_by("pk")[:_READ_A_ROUND])
    now = timezone.now()
    plain = {row.pk: {"exports": True} for row in rows}
    first = rows[0]
    if not entitlements_for(first, now).has("exports"):
        raise SystemExit("The check says no, so it measures nothing.")

    def kept() -> None:
        entitlements_for(first, now).has("exports")

    def looked_up() -> None:
        plain[first.pk]["exports"]

    turns = iter(range(10**9))
    cached = _pairs(kept, looked_up, rounds=rounds, times=_KEPT_A_ROUND)
    with CaptureQueriesContext(connection) as queries:
        access_for(first, now)
    uncached = _pairs(
        lambda: access_for(rows[next(turns) % len(rows)], now).has("exports"),
        lambda: Organization.objects.get(pk=rows[next(turns) % len(rows)].pk),
        rounds=rounds,
        times=_READ_A_ROUND,
    )
    entitlement_cache.drop(None)
    told = {
        "cached": {"us": cached[0] * 1e6, "us_of_dict": cached[1] * 1e6, "ratio": cached[2]},
        "uncached": {
            "ms": uncached[0] * 1e3,
            "queries": len(queries),
            "ms_of_one_row": uncached[1] * 1e3,
            "ratio": uncached[2],
        },
    }
    print(json.dumps(told))


def _pairs(
    ours: Callable[[], Any], theirs: Callable[[], Any], *, rounds: int, times: int
) -> tuple[float, float, float]:
    """Median seconds of one call of either, and of their ratio, measured in turn."""
    spans = [(_span(ours, times), _span(theirs, times)) for _ in range(rounds + 1)][1:]
    return median(a for a, _ in spans), median(b for _, b in spans), median(a / b for a, b in spans)


def _span(call: Callable[[], Any], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - began) / times


def _fill(organizations: int) -> None:
    from accounts.models import Organization
    from billing.models import Feature, Plan, PlanFeature, Price, Subscription, SubscriptionItem

    now = timezone.now()
    features = [Feature.objects.create(code=code, name=code, kind="flag") for code in ("exports", "sso", "approvals")]
    Plan.objects.create(code="free", name="Free", rank=0, is_free=True)
    growth = Plan.objects.create(code="growth", name="Growth", rank=1)
    PlanFeature.objects.bulk_create(PlanFeature(plan=growth, feature=feature) for feature in features)
    Price.objects.create(
        plan=growth,
        stripe_price_id="price_growth",
        livemode=False,
        lookup_key="growth_month_eur",
        currency="eur",
        interval="month",
        amount_minor=4800,
    )
    made = Organization.objects.bulk_create(Organization(name=f"Studio {n}") for n in range(organizations))
    subscriptions = Subscription.objects.bulk_create(
        Subscription(
            stripe_subscription_id=f"sub_{row.pk}",
            organization=row,
            livemode=False,
            stripe_customer_id=f"cus_{row.pk}",
            status="active",
            stripe_price_id="price_growth",
            created_at=now,
            current_period_end=now + timedelta(days=30),
            fetched_at=now,
        )
        for row in made
    )
    SubscriptionItem.objects.bulk_create(
        SubscriptionItem(subscription=row, stripe_item_id=f"si_{row.pk}", stripe_price_id="price_growth")
        for row in subscriptions
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]), int(sys.argv[2]))
