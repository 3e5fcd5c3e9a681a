"""No key and no session reaches another organization, whatever it asks for; nor more than its scope or role allows.

Generated from the addresses below /api/v1/ and from tests/billing/api/isolation_table.py.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Membership, Organization, Role
from billing import clock
from billing.models import ApiKey, ApiRequest, ChangePreview, PlanChange
from tests.billing.admin.rows_of_webhooks import delivery_of
from tests.billing.api.isolation_table import LINES, SHARED_IDS, Line, Others
from tests.billing.api.program import ALL_SCOPES, key_for
from tests.billing.situations import give_invoice, go_past_due, price_of, put_catalogue_on_sale
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
# What each request leaves by itself: its row, and when its key was used.
_OF_EACH_REQUEST = (ApiRequest, ApiKey)


@dataclass(frozen=True)
class Cast:
    """Alice's organization has everything; Charlie's has members of each role and nothing of billing."""

    others: Others
    organization: Organization
    people: dict[Role, Membership]
    keys: dict[str, str]
    key_without: dict[str, str]


@pytest.fixture
def cast(db) -> Cast:
    put_catalogue_on_sale()
    alice = MembershipFactory(organization__name="Oakline Studio")
    charlie = MembershipFactory(organization__name="Elsewhere")
    people = {role: MembershipFactory(organization=charlie.organization, role=role) for role in Role}
    keys = {
        "whole": key_for(charlie.organization, charlie.user),
        "revoked": key_for(charlie.organization, charlie.user),
        "expired": key_for(charlie.organization, charlie.user),
    }
    ended = {name: ApiKey.objects.get(public_id=keys[name].split("_")[2]) for name in ("revoked", "expired")}
    ApiKey.objects.filter(pk=ended["revoked"].pk).update(revoked_at=clock.system_now())
    ApiKey.objects.filter(pk=ended["expired"].pk).update(expires_at=clock.system_now() - timedelta(seconds=1))
    without = {
        scope: key_for(charlie.organization, charlie.user, scopes=tuple(one for one in ALL_SCOPES if one != scope))
        for scope in {line.scope.value for line in LINES}
    }
    return Cast(_everything(alice), charlie.organization, people, keys, without)


def _everything(membership: Membership) -> Others:
    """A running plan with an unpaid invoice, a change that waits, and what it was shown for."""
    organization = membership.organization
    subscription = go_past_due(organization, now=clock.business_now())
    invoice = give_invoice(subscription, number="OAK-0001")
    price, now = price_of("growth"), clock.business_now()
    preview = ChangePreview.objects.create(
        organization=organization,
        stripe_subscription_id=subscription.stripe_subscription_id,
        stripe_item_id="si_1",
        from_price=price,
        from_quantity=1,
        price=price,
        quantity=1,
        direction="up",
        behaviour="now_invoice",
        proration_at=now,
        effective_at=now,
        basis="-",
        currency="eur",
        due_now_minor=0,
        subtotal_minor=0,
        total_minor=0,
        next_amount_minor=0,
        expires_at=clock.system_now() + timedelta(hours=1),
    )
    change = PlanChange.objects.create(
        organization=organization,
        request_key=uuid4(),
        preview=preview,
        stripe_subscription_id=subscription.stripe_subscription_id,
        from_price=price,
        from_quantity=1,
        price=price,
        quantity=1,
        direction="up",
        behaviour="now_invoice",
        state="awaiting_payment",
    )
    card = organization.billing_customers.get().default_stripe_payment_method_id
    delivery = delivery_of(organization)
    return Others(invoice.stripe_invoice_id, card, preview.uuid, change.uuid, delivery.endpoint.uuid, delivery.uuid)


def _endpoints(patterns: list[Any], prefix: str = "") -> set[tuple[str, str]]:
    """(method, name) of everything below /api/v1/."""
    found: set[tuple[str, str]] = set()
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= _endpoints(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith("api/v1/"):
            view = pattern.callback.view_class
            methods = [method for method in view.http_method_names if method != "head" and hasattr(view, method)]
            found |= {(method.upper(), str(pattern.name)) for method in methods}
    return found


def _ask(line: Line, others: Others, *, client: Client, **headers: str) -> Any:
    arguments = {name: getattr(others, what) for name, what in line.ids.items()} | SHARED_IDS.get(line.name, {})
    address = reverse(f"api:{line.name}", kwargs=arguments)
    if line.method == "GET":
        return client.get(address, headers=headers)
    body = {**line.body, **{name: str(getattr(others, what)) for name, what in line.names.items()}}
    headers["Idempotency-Key"] = str(uuid4())
    return client.generic(line.method, address, json.dumps(body), content_type="application/json", headers=headers)


def _with_key(line: Line, cast: Cast, key: str) -> Any:
    return _ask(line, cast.others, client=Client(), Authorization=f"Bearer {key}")


def _in_browser(line: Line, cast: Cast, person: Any) -> Any:
    client = Client()
    if person is not None:
        client.force_login(person)
    return _ask(line, cast.others, client=client)


def _state_of_all_rows() -> str:
    """A digest of every row of ours but those that each request leaves."""
    digest = hashlib.sha256()
    # One comparison for the whole table: a change shows, whichever line made it.
    for name in ("accounts", "billing", "webhooks"):
        for model in apps.get_app_config(name).get_models():
            if model not in _OF_EACH_REQUEST:
                rows = model._default_manager.order_by("pk").values_list(*_columns(model))
                digest.update(json.dumps(list(rows), cls=DjangoJSONEncoder, default=str).encode())
    return digest.hexdigest()


def _columns(model: Any) -> list[str]:
    return [column.attname for column in model._meta.concrete_fields if column.attname != "last_login"]


def test_every_endpoint_stands_in_the_table_once() -> None:
    named = [(line.method, line.name) for line in LINES]

    assert set(named) == _endpoints(get_resolver().url_patterns)
    assert len(named) == len(set(named))


def test_another_organizations_things_are_not_there(cast: Cast) -> None:
    """For a key with every scope and for each role: 404 for what has an id, and nothing of Alice's in any answer."""
    before = _state_of_all_rows()
    faults = []
    for line in LINES:
        answers = {"key": _with_key(line, cast, cast.keys["whole"])}
        answers |= {role.value: _in_browser(line, cast, cast.people[role].user) for role in Role}
        for who, answer in answers.items():
            may = who == "key" or Role(who) in line.roles
            if not _is_as_it_should_be(line, answer, may=may):
                faults.append(f"{line} by {who}: {answer.status_code} {answer.content.decode()[:300]}")
            if _tells_of(cast.others, answer):
                faults.append(f"{line} tells {who} of another organization: {answer.content.decode()[:300]}")

    assert faults == []
    assert _state_of_all_rows() == before


def _is_as_it_should_be(line: Line, answer: Any, *, may: bool) -> bool:
    if not may:
        return answer.status_code == 403
    if line.ids or line.names:
        return answer.status_code == 404
    if line.feature:
        return answer.status_code == 402
    is_let_in = answer.status_code not in (401, 403)
    return is_let_in and (answer.status_code < 500 or answer.json()["code"] == "not_set_up")


def _tells_of(others: Others, answer: Any) -> bool:
    """Whether the answer names anything of Alice's that the request itself did not name."""
    told, asked = answer.content.decode(), answer.request["PATH_INFO"]
    ids = [str(one) for one in vars(others).values() if str(one) not in asked]
    return "Oakline" in told or any(one in told for one in ids)


def test_who_has_no_right_is_refused_and_changes_nothing(cast: Cast) -> None:
    stranger = UserFactory()
    before = _state_of_all_rows()
    faults = []
    for line in LINES:
        answers = {
            "a key without the scope": (403, _with_key(line, cast, cast.key_without[line.scope.value])),
            "a revoked key": (401, _with_key(line, cast, cast.keys["revoked"])),
            "an expired key": (401, _with_key(line, cast, cast.keys["expired"])),
            "a mistyped key": (401, _with_key(line, cast, cast.keys["whole"][:-1] + "!")),
            "nobody": (401, _in_browser(line, cast, None)),
            "a stranger": (404, _in_browser(line, cast, stranger)),
        }
        for who, (wanted, answer) in answers.items():
            if answer.status_code != wanted or answer.json()["status"] != wanted:
                faults.append(f"{line} by {who}: {answer.status_code} {answer.content.decode()[:300]}")

    assert faults == []
    assert _state_of_all_rows() == before
