"""Which rights the staff's roles have, as far as a table can be wrong."""

import pytest

from billing.rules.staff_roles import RIGHTS, rights_of
from billing.terms import StaffRole

MOVES_MONEY = {
    "billing.accept_dispute",
    "billing.approve_dispute",
    "billing.approve_refundrequest",
    "billing.forgive_dunningcase",
    "billing.settle_conflict_dunningcase",
    "billing.submit_dispute",
}
SETS_RULES = {
    "billing.add_dunningpolicy",
    "billing.add_refundlimit",
    "billing.change_dunningrule",
    "billing.change_refundlimit",
}
# With one of these a person could give themselves any other right, or come in as somebody else.
NOBODYS = {
    f"{app}.{verb}_{model}"
    for app, model in [
        ("account", "emailaddress"),
        ("accounts", "membership"),
        ("accounts", "organization"),
        ("accounts", "user"),
        ("auth", "group"),
        ("mfa", "authenticator"),
        ("billing", "auditentry"),
    ]
    for verb in ("add", "change", "delete")
}


def test_every_role_stands_in_the_table() -> None:
    assert set(RIGHTS) == set(StaffRole)


@pytest.mark.parametrize(
    ("role", "moves_money", "sets_rules"),
    [
        (StaffRole.SUPPORT, False, False),
        (StaffRole.FINANCE, True, False),
        (StaffRole.BILLING_ADMIN, False, True),
        (StaffRole.AUDITOR, False, False),
    ],
)
def test_who_moves_money_does_not_set_its_rules(role: StaffRole, *, moves_money: bool, sets_rules: bool) -> None:
    rights = rights_of(role)

    assert MOVES_MONEY & rights == (MOVES_MONEY if moves_money else set())
    assert SETS_RULES & rights == (SETS_RULES if sets_rules else set())


def test_an_auditor_only_looks() -> None:
    acts = {right for right in rights_of(StaffRole.AUDITOR) if ".view_" not in right}

    assert acts == {"billing.export_auditentry"}


@pytest.mark.parametrize("role", StaffRole)
def test_no_role_can_give_itself_rights_or_delete(role: StaffRole) -> None:
    assert rights_of(role) & NOBODYS == set()
    assert [right for right in rights_of(role) if ".delete_" in right] == []
