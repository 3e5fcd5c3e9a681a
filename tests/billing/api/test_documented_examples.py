"""What docs/api-resources.md shows is so: each request is answered as it says, from its top to its end."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutIntent
from billing.services.record_access import record_missed_access
from billing.terms import ApiScope, ObjectKind
from tests.billing.api.asking import bearer, make_key
from tests.billing.api.documented import Example, differences, examples_of, filled
from tests.billing.api.isolation_table import LINES, SHARED_IDS
from tests.billing.factories import FeatureFactory, PlanFeatureFactory
from tests.billing.shop import Shop

PAGE = Path(settings.BASE_DIR) / "docs" / "api-resources.md"


@pytest.mark.django_db(transaction=True)
def test_each_request_is_answered_as_documented(shop: Shop) -> None:
    PlanFeatureFactory(plan=shop.growth.plan, feature=FeatureFactory(code="exports"))
    record_missed_access(shop.now)  # As the sweep does for rows that no catalogue has written.
    membership = Membership.objects.get(organization=shop.organization)
    client = Client(headers=bearer(make_key(membership, *(scope.value for scope in ApiScope))[1]))
    kept: dict[str, Any] = {}
    examples = examples_of(PAGE)

    faults = []
    for example in examples:
        if example.kind == "person":
            _pay(shop, kept["$CHECKOUT"])
            continue
        answer = _ask(client, example, kept)
        if answer.status_code != example.status:
            faults.append(f"{example.line}: {answer.status_code} {answer.content.decode()[:500]}")
            continue
        faults += [f"{example.line}{fault}" for fault in differences(example.answer, answer.json(), kept)]

    assert faults == []
    assert len(examples) > 15


def test_the_table_names_every_address_of_the_resources() -> None:
    page = PAGE.read_text()
    table = page[page.index("| address") : page.index("The blocks below")]

    for line in LINES:
        arguments = dict.fromkeys(line.ids, "0" * 8 + "-0000-0000-0000-" + "0" * 12) | SHARED_IDS.get(line.name, {})
        first = reverse(f"api:{line.name}", kwargs=arguments).removeprefix("/api/v1/").split("/")[0]
        row = next((one for one in table.splitlines() if f"`{first}/" in one and line.scope.value in one), "")
        assert line.method in row, line


def _ask(client: Client, example: Example, kept: dict[str, Any]) -> Any:
    method, address = filled(example.line, kept).split(" ")
    if method == "GET":
        return client.get(address, headers=example.headers)
    headers = {"Idempotency-Key": str(uuid4()), **example.headers}
    body = filled(example.body or {}, kept)
    return client.generic(method, address, json.dumps(body), content_type="application/json", headers=headers)


def _pay(shop: Shop, checkout: str) -> None:
    """A person fills in the hosted page, and the webhooks of it are worked off."""
    intent = CheckoutIntent.objects.get(uuid=checkout)
    assert shop.pay(intent).status == 303
    refresh(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)))
    shop.work_off()
