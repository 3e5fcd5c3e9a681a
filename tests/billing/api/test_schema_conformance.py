"""Schemathesis asks the live server what its own schema allows, and much that it does not; all checks are on (A1).

For each endpoint: requests that each type, limit and example of the schema calls for, and generated ones, right and
wrong. SCHEMATHESIS_EXAMPLES makes it longer: so many times as many of all of them.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from accounts.models import Membership
from billing.gateway.client import client
from billing.models import PortalConfiguration
from billing.terms import ApiScope
from tests.billing.api.asking import bearer, make_key
from tests.billing.shop import Shop

logger = logging.getLogger(__name__)
pytestmark = pytest.mark.django_db(transaction=True)
TIMES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "1"))
COVERED, GENERATED = 6 * TIMES, 2 * TIMES
# What no schema can say: days that depend on today, fields that exclude each other, and which addresses are public.
# Nor what a cursor is.
DEPENDS = {"ends_on", "resumes_on", "months", "url"}
# A valid wish may not fit what is so now (409), ask for what the plan lacks (402), or name what is not there (404).
CHECKS = {"positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "402", "403", "404", "409"]}}


@pytest.fixture
def served(shop: Shop, live_server: Any, settings: Any) -> Any:
    """The schema as the live server serves it, for a customer with a running plan."""
    settings.API_CALLS_PER_MINUTE = settings.API_BROWSER_CALLS_PER_MINUTE = 0
    portal = client().v1.billing_portal.configurations.create(
        params={"features": {"invoice_history": {"enabled": True}}}
    )
    PortalConfiguration.objects.create(livemode=False, stripe_configuration_id=portal["id"])
    shop.subscribe(price=shop.scale)
    config = schemathesis.Config.from_dict({"checks": CHECKS})
    return schemathesis.openapi.from_url(f"{live_server.url}/api/schema/?format=json", config=config)


def test_what_a_key_may_ask_is_answered_as_the_schema_says(shop: Shop, served: Any, live_server: Any) -> None:
    membership = Membership.objects.get(organization=shop.organization)
    _, secret = make_key(membership, *(scope.value for scope in ApiScope))
    headers = bearer(secret)

    def ask(case: Case) -> None:
        answer = case.call(base_url=live_server.url, headers={**headers, **_own_key(case)})
        # It was refused for what no schema can say, so that check has nothing to go by.
        excluded = [positive_data_acceptance] if _depends(answer) else []
        case.validate_response(answer, headers=headers, excluded_checks=excluded)

    assert _faults(served, ask) == []


def test_without_a_key_all_is_refused_as_the_schema_says(served: Any, live_server: Any) -> None:
    def ask(case: Case) -> None:
        answer = case.call(base_url=live_server.url)
        case.validate_response(answer)
        assert answer.status_code in (401, 404, 405, 406), answer.status_code

    assert _faults(served, ask) == []


def _faults(served: Any, ask: Callable[[Case], None]) -> list[str]:
    faults = []
    for found in served.get_all_operations():
        operation = found.ok()
        for case in _covering(operation):
            faults += _fault(ask, case)
        for mode in GenerationMode:
            faults += _generated(operation, mode, ask)
    return faults


def _covering(operation: Any) -> Iterator[Case]:
    """Some of the requests that types, limits and examples call for: the same ones each time."""
    schema = operation.schema
    cases = list(
        schema.iter_coverage_cases(
            operation,
            generation_modes=list(GenerationMode),
            generation_config=schema.config.generation_for(operation=operation),
        )
    )
    yield from Random(operation.label).sample(cases, min(COVERED, len(cases)))


def _generated(operation: Any, mode: GenerationMode, ask: Callable[[Case], None]) -> list[str]:
    faults: list[str] = []

    @given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis_settings(
        max_examples=GENERATED,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def generate(case: Case) -> None:
        faults.extend(_fault(ask, case))

    generate()
    return faults


def _fault(ask: Callable[[Case], None], case: Case) -> list[str]:
    try:
        ask(case)
    except (AssertionError, BaseExceptionGroup) as failure:
        logger.warning("%s: %s", case.operation.label, failure)  # In full, where pytest's comparison cuts it.
        return [f"{case.operation.label}: {failure}"]
    return []


def _own_key(case: Case) -> dict[str, str]:
    """A key that no other request had, in the place of a valid one, which another request may have used."""
    given_key = (case.headers or {}).get("Idempotency-Key")
    is_valid = isinstance(given_key, str) and re.fullmatch(r"[!-~]{1,255}", given_key)
    return {"Idempotency-Key": str(uuid4())} if is_valid else {}


def _depends(answer: Any) -> bool:
    """Whether it was refused for nothing but what no schema can say."""
    if answer.status_code != 400:
        return False
    told = answer.json()
    fields = {error["field"] for error in told.get("errors", [])}
    return told["code"] == "cursor_invalid" or bool(fields) and fields <= DEPENDS
