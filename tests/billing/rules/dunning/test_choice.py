"""Which policy a new case gets: the first rule that holds."""

import pytest

from billing.rules.dunning.choice import RuleFacts, SubjectFacts, choose_policy

ALICE = SubjectFacts(plan_code="growth", currency="eur", amount_minor=2900, country="DE", tenure_days=90)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        (RuleFacts("x"), True),
        (RuleFacts("x", plan_code="growth"), True),
        (RuleFacts("x", plan_code="starter"), False),
        (RuleFacts("x", currency="eur"), True),
        (RuleFacts("x", currency="EUR"), True),
        (RuleFacts("x", currency="usd"), False),
        (RuleFacts("x", country="de"), True),
        (RuleFacts("x", country="FR"), False),
        (RuleFacts("x", min_tenure_days=90), True),
        (RuleFacts("x", min_tenure_days=91), False),
        (RuleFacts("x", currency="eur", min_amount_minor=2900), True),
        (RuleFacts("x", currency="eur", min_amount_minor=2901), False),
        (RuleFacts("x", currency="eur", max_amount_minor=2900), True),
        (RuleFacts("x", currency="eur", max_amount_minor=2899), False),
        (RuleFacts("x", currency="usd", max_amount_minor=2900), False),
        (RuleFacts("x", min_amount_minor=1), False),
        (RuleFacts("x", plan_code="growth", country="FR"), False),
    ],
)
def test_a_rule_holds_if_all_that_it_says_does(rule: RuleFacts, holds: bool) -> None:
    assert choose_policy([rule], subject=ALICE) == ("x" if holds else "standard")


def test_the_first_rule_that_holds_counts() -> None:
    rules = [RuleFacts("other", country="FR"), RuleFacts("first", country="DE"), RuleFacts("second")]

    assert choose_policy(rules, subject=ALICE) == "first"


def test_without_a_rule_it_is_the_standard() -> None:
    assert choose_policy([], subject=ALICE) == "standard"
