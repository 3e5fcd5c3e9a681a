"""Keys are made once, replaced with an overlap and revoked at once; what is shown once stands nowhere."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.forms.models import model_to_dict

from billing import clock
from billing.errors import (
    BillingError,
    KeyAlreadyMade,
    KeyEnded,
    KeyExpired,
    KeyInvalid,
    KeyLimit,
    KeyRevoked,
    NotFound,
)
from billing.models import ApiKey, AuditEntry
from billing.models.personal import empty_personal_columns
from billing.rules.api_key import MOST_KEYS
from billing.services.create_api_key import KeyWish, create_api_key
from billing.services.revoke_api_key import revoke_api_key
from billing.services.rotate_api_key import rotate_api_key
from billing.services.use_api_key import use_api_key
from tests.billing.api.asking import make_key
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def alice(db):
    return MembershipFactory()


def rotate(alice, key: ApiKey, *, overlap: timedelta = HOUR, request_key=None):
    return rotate_api_key(
        alice.organization,
        key.uuid,
        overlap=overlap,
        request_key=request_key or uuid4(),
        actor=alice.user,
        now=clock.system_now(),
    )


def outcome(secret: str, *, later: timedelta = timedelta(0)) -> object:
    try:
        return use_api_key(secret, now=clock.system_now() + later)
    except BillingError as error:
        return type(error)


def test_of_the_secret_only_a_hash_is_kept(alice) -> None:
    key, secret = make_key(alice, "invoices:read")

    kept = f"{model_to_dict(key)} {[entry.details for entry in AuditEntry.objects.all()]}"
    random_part = secret.rsplit(f"{key.public_id}_", 1)[1]
    assert random_part not in kept
    assert key.last_four == secret[-4:]
    assert outcome(secret) == key


def test_a_second_click_makes_no_second_key(alice) -> None:
    wish, request_key, now = KeyWish("Shop", ["invoices:read"]), uuid4(), clock.system_now()
    create_api_key(alice.organization, wish=wish, request_key=request_key, actor=alice.user, now=now)

    with pytest.raises(KeyAlreadyMade):
        create_api_key(alice.organization, wish=wish, request_key=request_key, actor=alice.user, now=now)

    assert ApiKey.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    "wish",
    [
        KeyWish("", ["invoices:read"]),
        KeyWish("a\0b", ["invoices:read"]),
        KeyWish("a" * 81, ["invoices:read"]),
        KeyWish("Shop", []),
        KeyWish("Shop", ["invoices:read", "everything"]),
        KeyWish("Shop", ["invoices:read"], life_days=-1),
    ],
)
def test_what_no_key_can_be_is_refused_and_nothing_made(alice, wish: KeyWish) -> None:
    with pytest.raises(BillingError) as refused:
        create_api_key(alice.organization, wish=wish, request_key=uuid4(), actor=alice.user, now=clock.system_now())

    assert (refused.value.status, ApiKey.objects.count()) == (400, 0)


def test_there_are_only_so_many(alice) -> None:
    keys = [make_key(alice, "invoices:read")[0] for _ in range(MOST_KEYS)]

    with pytest.raises(KeyLimit):
        make_key(alice, "invoices:read")
    revoke_api_key(alice.organization, keys[0].uuid, actor=alice.user, now=clock.system_now())

    assert make_key(alice, "invoices:read")


def test_both_keys_hold_for_the_overlap_and_the_new_one_after_it(alice) -> None:
    old, old_secret = make_key(alice, "invoices:read", "webhooks:read", life_days=30)

    new, new_secret = rotate(alice, old)

    assert [outcome(secret) for secret in (old_secret, new_secret)] == [old, new]
    assert [outcome(secret, later=2 * HOUR) for secret in (old_secret, new_secret)] == [KeyExpired, new]
    assert (new.scopes, new.lineage, new.name) == (old.scopes, old.lineage, old.name)


def test_without_an_overlap_the_old_key_ends_at_once(alice) -> None:
    old, secret = make_key(alice, "invoices:read")

    rotate(alice, old, overlap=timedelta(0))

    assert outcome(secret, later=timedelta(seconds=1)) is KeyExpired


def test_a_second_click_on_rotate_changes_nothing(alice) -> None:
    old, _ = make_key(alice, "invoices:read")
    click = uuid4()
    new, secret = rotate(alice, old, request_key=click)

    with pytest.raises(KeyAlreadyMade):
        rotate(alice, old, request_key=click)
    with pytest.raises(KeyEnded):
        rotate(alice, old)

    assert (ApiKey.objects.count(), outcome(secret)) == (2, new)


def test_a_revoked_key_is_refused_from_the_next_request_on(alice) -> None:
    key, secret = make_key(alice, "invoices:read")

    for _ in range(2):
        revoke_api_key(alice.organization, key.uuid, actor=alice.user, now=clock.system_now())

    assert outcome(secret) is KeyRevoked
    assert AuditEntry.objects.filter(action="api_key_revoked").count() == 1


@pytest.mark.parametrize("act", [rotate, lambda who, key: revoke_api_key(
    who.organization, key.uuid, actor=who.user, now=clock.system_now()
)])  # fmt: skip
def test_anothers_key_cannot_be_touched(alice, act) -> None:
    key, secret = make_key(MembershipFactory(), "invoices:read")

    with pytest.raises(NotFound):
        act(alice, key)

    assert outcome(secret) == key


def test_with_the_organization_its_keys_go(alice) -> None:
    _, secret = make_key(alice, "invoices:read")

    empty_personal_columns(alice.organization.pk)

    assert outcome(secret) is KeyInvalid
