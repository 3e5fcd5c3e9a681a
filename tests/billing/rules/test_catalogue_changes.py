"""The lines that say how the rows will change name every difference once."""

from dataclasses import replace

from billing.money import Money
from billing.rules.catalogue import Catalogue, Feature, FeatureKind, Grant, Plan, PlanPrice
from billing.rules.catalogue_changes import changes_between
from billing.terms import Interval

PEOPLE = Feature("people", "People", FeatureKind.LIMIT, counted="{limit} people", unlimited="Any number")
SSO = Feature("sso", "Single sign-on", FeatureKind.FLAG)
PRO = Plan(
    code="pro",
    name="Pro",
    trial_days=14,
    grants=(Grant("people", limit=10), Grant("sso")),
    prices=(PlanPrice("pro_month_jpy", Interval.MONTH, Money(2400, "jpy")),),
)
NOW = Catalogue(features=(PEOPLE, SSO), plans=(PRO,))


def test_same_catalogue_has_no_changes_whatever_the_order_of_what_a_plan_gives():
    assert changes_between(NOW, replace(NOW, plans=(replace(PRO, grants=PRO.grants[::-1]),))) == ()


def test_new_plan_and_feature_are_one_line_each():
    assert changes_between(Catalogue(), NOW) == ("add features.people", "add features.sso", "add plans.pro")


def test_what_vanished_is_archived():
    assert changes_between(NOW, replace(NOW, plans=())) == ("archive plans.pro",)


def test_each_changed_value_is_named_with_both_values():
    dearer = PlanPrice("pro_month_jpy", Interval.MONTH, Money(2600, "jpy"))
    after = replace(PRO, trial_days=30, grants=(Grant("people", is_unlimited=True),), prices=(dearer,))

    assert changes_between(NOW, replace(NOW, plans=(after,))) == (
        "change plans.pro.trial_days: 14 becomes 30",
        "change plans.pro.gives.people: 10 becomes unlimited",
        "change plans.pro.prices.pro_month_jpy: 2400 JPY becomes 2600 JPY",
        "change plans.pro.gives.sso: yes becomes none",
    )
