"""Which signed events may be applied here: ours, of our mode, in a version that the handlers can read."""

from typing import Any

import pytest

from webhooks.admission import is_known, objection
from webhooks.events import Endpoint

OURS = Endpoint(key="stripe", provider="stripe", secrets=("whsec_x",), is_live=False)
OF_AN_ACCOUNT = Endpoint(key="second", provider="stripe", secrets=("whsec_x",), is_live=False, account="acct_1")
PLAIN = {"account": "", "is_live": False, "api_version": "2026-05-27.dahlia"}

VERSIONS = {
    "2026-05-27.dahlia": True,
    "2026-08-26.dahlia": True,
    "2025-03-31.basil": True,
    "2024-06-20": True,
    "": True,
    "2026-11-18.erica": False,
    "2031-01-01": False,
    "unheard": False,
    "2026-05-27.dahlia; rm": False,
}


@pytest.mark.fault("X10", "W15")
@pytest.mark.parametrize(("api_version", "expected"), VERSIONS.items())
def test_older_versions_and_our_own_release_are_known(settings: Any, api_version: str, expected: bool) -> None:
    settings.STRIPE_API_VERSION = "2026-05-27.dahlia"

    assert is_known(api_version) is expected


CASES = [
    (OURS, {}, ""),
    (OURS, {"is_live": True}, "other mode"),
    (OURS, {"account": "acct_1"}, "not ours"),
    (OURS, {"api_version": "2031-01-01.unheard"}, "2031-01-01.unheard"),
    (OF_AN_ACCOUNT, {"account": "acct_1"}, ""),
    (OF_AN_ACCOUNT, {"account": "acct_2"}, "not ours"),
    (OF_AN_ACCOUNT, {}, "not ours"),
]


@pytest.mark.fault("X11", "W13")
@pytest.mark.parametrize(("endpoint", "changes", "expected"), CASES)
def test_mode_account_and_version_decide(endpoint: Endpoint, changes: dict[str, Any], expected: str) -> None:
    reason = objection(**(PLAIN | changes), endpoint=endpoint)

    assert expected in reason
    assert bool(reason) is bool(expected)
