"""The policy that everybody begins with. Its numbers are our choice: a start to measure from, not a finding."""

from typing import Any

STANDARD_BODY: dict[str, Any] = {
    "slots": {},
    "local_window": {"from": "06:00", "to": "09:00"},
    # To wait for a payday saves tries and, in most draws of the lab (docs/dunning-lab.md), loses money.
    "paydays": None,
    "min_gap_hours": 1,
    "max_24h": 7,
    "max_30d": 15,
    "max_retries": 6,
    "customer_retries_max": 5,
    "messages": {
        "auth": "auth",
        "cancelled_auth": "generic",
        "expired": "expired",
        "fix": "fix",
        "funds": "funds",
        "generic": "generic",
        "internal": "none",
        "retrying": "retrying",
        "unsupported": "unsupported",
    },
    "access": {"read_only_after_days": 14, "closed_after_days": 21},
    "deadline_days": 21,
    "last_notice_hours": 72,
    "final_action": "cancel",
}
