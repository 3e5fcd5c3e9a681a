"""What a lower plan takes away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.entitlement import Grant
from billing.rules.impact import Exceeded, Fate, Impact, Lost, Lowered, UsedFeature, impact_of

ANY, ON = Grant(is_unlimited=True), Grant()


def limit(used: int | None) -> UsedFeature:
    return UsedFeature("projects", "Projects", is_limit=True, used=used)


@pytest.mark.parametrize(
    ("before", "after", "used", "expected"),
    [
        (Grant(100), Grant(20), 34, Impact(exceeded=(Exceeded("projects", "Projects", 34, 20, Fate.READ_ONLY),))),
        (Grant(100), Grant(20), 20, Impact(lowered=(Lowered("projects", "Projects", 100, 20, 20),))),
        (Grant(100), Grant(20), None, Impact(lowered=(Lowered("projects", "Projects", 100, 20, None),))),
        (ANY, Grant(20), 3, Impact(lowered=(Lowered("projects", "Projects", None, 20, 3),))),
        (Grant(20), None, 0, Impact(lost=(Lost("projects", "Projects"),))),
        (Grant(20), None, 5, Impact(exceeded=(Exceeded("projects", "Projects", 5, 0, Fate.READ_ONLY),))),
        (Grant(20), Grant(20), 25, Impact(exceeded=(Exceeded("projects", "Projects", 25, 20, Fate.READ_ONLY),))),
        (Grant(20), Grant(100), 25, Impact()),
        (Grant(20), ANY, 25, Impact()),
        (None, None, 0, Impact()),
    ],
)
def test_a_limit(before: Grant | None, after: Grant | None, used: int | None, expected: Impact) -> None:
    grants = [{"projects": grant} if grant else {} for grant in (before, after)]

    assert impact_of(grants[0], grants[1], features=[limit(used)]) == expected


def test_a_flag_that_goes_is_lost_and_one_that_comes_is_no_loss() -> None:
    features = [UsedFeature(code, code.title(), is_limit=False) for code in ("exports", "sso", "guests")]

    impact = impact_of({"exports": ON, "guests": ON}, {"sso": ON, "guests": ON}, features=features)

    assert impact == Impact(lost=(Lost("exports", "Exports"),))
    assert impact.fits
    assert not impact.is_nothing


@given(used=st.integers(0, 1000), before=st.integers(0, 1000), after=st.integers(0, 1000))
def test_it_fits_just_if_the_use_is_within_the_new_limit(used: int, before: int, after: int) -> None:
    impact = impact_of({"projects": Grant(before)}, {"projects": Grant(after)}, features=[limit(used)])

    assert impact.fits == (used <= after)
    assert sum(found.over for found in impact.exceeded) == max(0, used - after)
