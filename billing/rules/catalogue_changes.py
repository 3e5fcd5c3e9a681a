"""Says in words how one catalogue differs from another, for the person who is about to publish it."""

from collections.abc import Iterator

from billing.rules.catalogue import Catalogue, Grant
from billing.rules.catalogue_steps import written


def changes_between(before: Catalogue, after: Catalogue) -> tuple[str, ...]:
    """One line a difference, such as `change plans.growth.trial_days: 14 becomes 30`. Empty when nothing differs.

    A plan or feature that is new, or gone, is one line: its content is not listed.
    """
    old, new = dict(_entries(before)), dict(_entries(after))
    return (
        *(f"add {entry}" for entry in new if entry not in old),
        *(
            f"change {entry}.{name}: {old[entry].get(name, 'none')} becomes {new[entry].get(name, 'none')}"
            for entry in new
            if entry in old
            for name in {**new[entry], **old[entry]}
            if old[entry].get(name) != new[entry].get(name)
        ),
        *(f"archive {entry}" for entry in old if entry not in new),
    )


def _entries(catalogue: Catalogue) -> Iterator[tuple[str, dict[str, str]]]:
    for rank, feature in enumerate(catalogue.features):
        yield (
            f"features.{feature.code}",
            {
                "kind": feature.kind.value,
                "name": feature.name,
                "counted": feature.counted,
                "unlimited": feature.unlimited,
                "position": str(rank),
            },
        )
    for rank, plan in enumerate(catalogue.plans):
        values = {
            "name": plan.name,
            "tagline": plan.tagline,
            "free": str(plan.is_free).lower(),
            "recommended": str(plan.is_recommended).lower(),
            "trial_days": str(plan.trial_days),
            "seats": f"{plan.seats.minimum} to {plan.seats.maximum}" if plan.seats else "none",
            "position": str(rank),
        }
        values |= {f"gives.{grant.feature_code}": _worth(grant) for grant in plan.grants}
        values |= {f"prices.{price.lookup_key}": written(price.money) for price in plan.prices}
        yield f"plans.{plan.code}", values


def _worth(grant: Grant) -> str:
    if grant.is_unlimited:
        return "unlimited"
    if grant.limit is None:
        return "yes"
    return f"{grant.limit} per seat" if grant.is_per_seat else str(grant.limit)
