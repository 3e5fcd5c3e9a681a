"""Staff order and change the rules that choose a policy: all at once, every fault told, and nobody overwritten."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing.models import AuditEntry, DunningPolicy, DunningRule
from billing.rules.dunning.policy import STANDARD_BODY, sha256_of
from tests.billing.factories import PlanFactory

pytestmark = pytest.mark.django_db
PAGE = "/admin/billing/dunningrule/rules/"
SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')


@pytest.fixture(autouse=True)
def patient(db: None) -> DunningPolicy:
    return DunningPolicy.objects.create(key="patient", version=1, body=STANDARD_BODY, sha256=sha256_of(STANDARD_BODY))


def seen(staff: Client) -> str:
    return SEEN.findall(staff.get(PAGE).content.decode())[0]


def post(staff: Client, *rules: dict[str, object], mark: str = ""):
    fields: dict[str, object] = {
        "seen": mark or seen(staff),
        "form-TOTAL_FORMS": len(rules),
        "form-INITIAL_FORMS": 0,
    }
    for at, rule in enumerate(rules):
        values = {"is_active": "on", "ORDER": at + 1, **rule}
        fields |= {f"form-{at}-{name}": value for name, value in values.items()}
    return staff.post(PAGE, fields, follow=True)


def test_rules_are_kept_in_the_order_that_staff_gave(staff: Client) -> None:
    PlanFactory(code="growth")
    said = post(
        staff,
        {"policy_key": "standard", "ORDER": 2, "country": "de"},
        {"policy_key": "patient", "ORDER": 1, "plan_code": "growth", "currency": "EUR", "least": "500", "most": ""},
        {"policy_key": "patient", "ORDER": 3, "currency": "jpy", "most": "5000", "is_active": ""},
    )

    rows = DunningRule.objects.order_by("position").values_list(
        "position", "policy_key", "currency", "min_amount_minor", "max_amount_minor", "country", "is_active"
    )
    assert list(rows) == [
        (1, "patient", "eur", 50000, None, "", True),
        (2, "standard", "", None, None, "DE", True),
        (3, "patient", "jpy", None, 5000, "", False),
    ]
    assert "Saved: 3 rules." in said.content.decode()
    assert AuditEntry.objects.filter(action="dunning_rules_set").count() == 1


def test_the_page_shows_what_is_stored_in_whole_units(staff: Client) -> None:
    post(staff, {"policy_key": "patient", "currency": "eur", "least": "49.90"})

    text = staff.get(PAGE).content.decode()

    assert re.findall(r'name="form-0-least" value="([^"]*)"', text) == ["49.90"]
    assert "A further rule" in text


def test_a_removed_rule_is_gone_and_an_empty_last_one_is_none(staff: Client) -> None:
    post(staff, {"policy_key": "patient", "country": "DE"}, {"policy_key": "patient", "country": "FR"})

    post(
        staff, {"policy_key": "patient", "country": "DE", "DELETE": "on"}, {"policy_key": "patient", "country": "FR"}
    )

    assert list(DunningRule.objects.values_list("position", "country")) == [(1, "FR")]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"policy_key": "nobody"}, "there is no policy &#x27;nobody&#x27;."),
        ({"policy_key": "patient", "plan_code": "none"}, "there is no plan &#x27;none&#x27;."),
        ({"policy_key": "patient", "country": "D1"}, "a country is two capital letters."),
        ({"policy_key": "patient", "currency": "xyz"}, "&#x27;xyz&#x27; is no currency."),
        ({"policy_key": "patient", "least": "5"}, "A sum needs its currency."),
        ({"policy_key": "patient", "currency": "jpy", "least": "5.5"}, "The currency has not so many decimals."),
        ({"policy_key": "patient", "currency": "eur", "least": "9", "most": "5"}, "the least sum is above the most."),
    ],
)
def test_a_rule_that_would_never_hold_is_refused_with_its_input_kept(
    staff: Client, rule: dict[str, object], words: str
) -> None:
    text = post(staff, rule).content.decode()

    assert words in text
    assert str(rule["policy_key"]) in text
    assert not DunningRule.objects.exists()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(staff: Client) -> None:
    mark = seen(staff)
    post(staff, {"policy_key": "patient", "country": "DE"})

    said = post(staff, {"policy_key": "patient", "country": "FR"}, mark=mark).content.decode()

    assert "Somebody has changed the rules meanwhile." in said
    assert DunningRule.objects.get().country == "DE"


def test_a_second_click_changes_nothing_more(staff: Client) -> None:
    mark = seen(staff)
    for _ in range(2):
        said = post(staff, {"policy_key": "patient", "country": "DE"}, mark=mark).content.decode()

    assert "Saved: 1 rule." in said
    assert AuditEntry.objects.filter(action="dunning_rules_set").count() == 1


def test_only_who_may_change_rules_sees_the_page(newcomer: Client) -> None:
    user = User.objects.get(email="new@example.com")
    user.user_permissions.add(Permission.objects.get(codename="view_dunningrule"))

    refused = newcomer.get(PAGE).status_code
    user.user_permissions.add(Permission.objects.get(codename="change_dunningrule"))

    assert (refused, newcomer.get(PAGE).status_code) == (403, 200)
