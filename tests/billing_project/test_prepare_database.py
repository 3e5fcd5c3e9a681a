"""The commands that prepare a development start, each run in a process of its own."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.billing_project.commands import manage, query


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("prepared")
    manage("prepare_database", data=data).check_returncode()
    return data


def test_a_prepared_database_is_left_alone(prepared: Path) -> None:
    result = manage("prepare_database", data=prepared)

    assert (result.returncode, result.stdout) == (0, "The database is up to date.\n")


def test_the_brokers_file_has_its_tables(prepared: Path) -> None:
    with closing(sqlite3.connect(prepared / "broker.sqlite3")) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    assert {"kombu_queue", "kombu_message"} <= tables


def test_seeding_twice_makes_the_people_and_the_organization_once(prepared: Path) -> None:
    manage("seed_demo", data=prepared).check_returncode()

    result = manage("seed_demo", data=prepared)

    assert "demo@tidewater.example" in result.stdout
    assert query(prepared, "SELECT email, is_staff, is_superuser FROM accounts_user ORDER BY email") == [
        ("auditor@tidewater.example", 1, 0),
        ("billing-admin@tidewater.example", 1, 0),
        ("demo@tidewater.example", 0, 0),
        ("finance@tidewater.example", 1, 0),
        ("staff@tidewater.example", 1, 1),
        ("support@tidewater.example", 1, 0),
    ]
    assert query(prepared, "SELECT DISTINCT verified FROM account_emailaddress") == [(1,)]
    assert query(prepared, "SELECT name FROM accounts_organization") == [("Oakline Studio",)]


def test_the_groups_of_staff_have_their_rights(prepared: Path) -> None:
    given = query(
        prepared,
        "SELECT g.name FROM auth_group g JOIN auth_group_permissions gp ON gp.group_id = g.id"
        " JOIN auth_permission p ON p.id = gp.permission_id WHERE p.codename = 'forgive_dunningcase'",
    )

    assert given == [("finance",)]


def test_the_audit_has_its_triggers_after_all_migrations(prepared: Path) -> None:
    names = query(prepared, "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")

    assert [name for (name,) in names] == [
        "billing_auditentry_delete",
        "billing_auditentry_replace",
        "billing_auditentry_update",
        "billing_auditnote_update",
    ]


def test_production_gets_no_demo_logins(prepared: Path) -> None:
    production = {
        "ENVIRONMENT": "production",
        "DEBUG": "false",
        "SECRET_KEY": "k" * 60,
        "SITE_URL": "https://billing.example.com",
        "STRIPE_SECRET_KEY": "sk_live_not_a_key",
        "STRIPE_WEBHOOK_SECRETS": "whsec_not_a_secret",
        "STRIPE_SANDBOX_URL": "",
    }

    result = manage("seed_demo", data=prepared, **production)

    assert result.returncode == 1
    assert "for development" in result.stderr
