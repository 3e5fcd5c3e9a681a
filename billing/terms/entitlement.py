"""Words of entitlements: what staff may grant beside a plan, and of what the record of access keeps versions."""

from enum import StrEnum


class OverrideKind(StrEnum):
    """What an override makes of its feature; `plan` grants a whole plan (a comp)."""

    ON = "on"
    OFF = "off"
    NUMBER = "number"
    UNLIMITED = "unlimited"
    PLAN = "plan"


class AccessFactKind(StrEnum):
    """What decides access, one kind a source. Plans, prices and terms are everybody's."""

    SUBSCRIPTION = "subscription"
    CASE = "case"
    LOCAL_TRIAL = "local_trial"
    OVERRIDE = "override"
    PLAN = "plan"
    PRICE = "price"
    TERMS = "terms"
