"""Decides what a dispute's evidence may hold and what handing it in does; money is not its matter."""

from typing import Any

from stripe_sandbox.engine.disputes import demand
from stripe_sandbox.errors import invalid, invalid_parameter, no_such
from stripe_sandbox.store.unit import StripeObject, Unit

FILE_FIELDS = frozenset(
    {
        "cancellation_policy",
        "customer_communication",
        "customer_signature",
        "duplicate_charge_documentation",
        "receipt",
        "refund_policy",
        "service_documentation",
        "shipping_documentation",
        "uncategorized_file",
    }
)
LONG_TEXTS = frozenset(
    {
        "access_activity_log",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "duplicate_charge_explanation",
        "product_description",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "uncategorized_text",
    }
)
LONGEST_TEXT = 20_000
LONGEST_EVIDENCE = 150_000
# Stripe's test mode decides by these words in `uncategorized_text`; how soon is assumed.
_VERDICTS = {"winning_evidence": True, "losing_evidence": False}
VERDICT_SECONDS = 5
_WAITING = ("needs_response", "warning_needs_response")


def write(unit: Unit, dispute: StripeObject, given: dict[str, Any]) -> None:
    """Put these fields on the dispute; None empties one. Raises ApiError for what the evidence may not hold."""
    _demand_answerable(unit, dispute)
    evidence = dispute["evidence"]
    for name, value in given.items():
        if name == "enhanced_evidence":
            evidence[name] = {**evidence[name], **(value or {})}
            continue
        _check(unit, name, value)
        evidence[name] = value or None
    texts = [value for name, value in evidence.items() if isinstance(value, str) and name not in FILE_FIELDS]
    if sum(len(text) for text in texts) > LONGEST_EVIDENCE:
        raise invalid_parameter(
            f"The evidence has more than {LONGEST_EVIDENCE} characters in total.", param="evidence"
        )
    dispute["evidence_details"]["has_evidence"] = _has_any(evidence)


def _has_any(evidence: dict[str, Any]) -> bool:
    return any(bool(value) for value in evidence.values())


def _check(unit: Unit, name: str, value: str | None) -> None:
    param = f"evidence[{name}]"
    if not value:
        return
    if name in FILE_FIELDS:
        found = unit.find("file", value)
        if found is None:
            raise no_such("file", value, param=param, status=400)
        if found["purpose"] != "dispute_evidence":
            raise invalid_parameter(
                f"The file {value} has the purpose {found['purpose']}; evidence takes dispute_evidence only.",
                param=param,
            )
    elif name in LONG_TEXTS and len(value) > LONGEST_TEXT:
        raise invalid_parameter(f"{name} has more than {LONGEST_TEXT} characters.", param=param)


def _demand_answerable(unit: Unit, dispute: StripeObject) -> None:
    can_repeat = bool(unit.settings["allow_resubmit"])
    allowed = (*_WAITING, "under_review", "warning_under_review") if can_repeat else _WAITING
    demand(dispute, allowed, verb="answered")
    details = dispute["evidence_details"]
    if details["past_due"] or not details["due_by"]:
        raise invalid("The time to answer this dispute has passed.")


def submit(unit: Unit, dispute: StripeObject) -> None:
    """Hand everything in to the bank. Raises ApiError when that is no longer possible."""
    _demand_answerable(unit, dispute)
    dispute["evidence_details"]["submission_count"] += 1
    is_inquiry = dispute["status"].startswith("warning_")
    dispute["status"] = "warning_under_review" if is_inquiry else "under_review"
    unit.unschedule("dispute_due", dispute["id"])
    words = dispute["evidence"]["uncategorized_text"]
    if words in _VERDICTS:
        dispute["_is_winning"] = _VERDICTS[words]
        unit.schedule("dispute_verdict", dispute["id"], due_at=unit.now + VERDICT_SECONDS)
