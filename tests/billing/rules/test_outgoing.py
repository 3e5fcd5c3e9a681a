"""Which event names a transition: one at most, and every transition that is told is followed."""

import pytest

from billing.reactions import REACTIONS
from billing.rules.outgoing import FOLLOWED, kind_of
from billing.services.record_outgoing_event import record_outgoing_event

NAMED = [
    ("subscription", "status", "", "incomplete", "subscription.created"),
    ("subscription", "status", "", "active", "subscription.created"),
    ("subscription", "status", "incomplete", "active", "subscription.active"),
    ("subscription", "status", "trialing", "active", "subscription.active"),
    ("subscription", "status", "active", "past_due", "subscription.past_due"),
    ("subscription", "status", "past_due", "unpaid", "subscription.unpaid"),
    ("subscription", "status", "past_due", "canceled", "subscription.canceled"),
    ("subscription", "status", "trialing", "paused", "subscription.paused"),
    ("subscription", "status", "incomplete", "incomplete_expired", "subscription.updated"),
    ("subscription", "price", "price_1", "price_2", "subscription.updated"),
    ("subscription", "quantity", "3", "4", "subscription.updated"),
    ("subscription", "cancellation", "none", "scheduled", "subscription.updated"),
    ("subscription", "collection", "collecting", "paused", "subscription.updated"),
    ("invoice", "status", "", "open", "invoice.open"),
    ("invoice", "status", "draft", "open", "invoice.open"),
    ("invoice", "status", "open", "paid", "invoice.paid"),
    ("invoice", "status", "open", "void", "invoice.void"),
    ("invoice", "status", "open", "uncollectible", "invoice.uncollectible"),
    ("invoice", "status", "", "draft", None),
    ("invoice", "status", "draft", "deleted", None),
    ("invoice", "authentication", "none", "required", "invoice.payment_action_required"),
    ("invoice", "authentication", "required", "none", None),
    ("charge", "status", "", "failed", "invoice.payment_failed"),
    ("charge", "status", "", "succeeded", None),
    ("customer", "payment_method", "pm_1", "pm_2", None),
]


@pytest.mark.parametrize(("kind", "aspect", "before", "after", "named"), NAMED)
def test_a_transition_is_named_by_one_event(kind: str, aspect: str, before: str, after: str, named: str) -> None:
    assert kind_of(kind, aspect=aspect, from_state=before, to_state=after) == named
    assert (kind, aspect) in FOLLOWED


def test_each_transition_is_told_once() -> None:
    told = [(one.kind, one.aspect) for one in REACTIONS if one.service is record_outgoing_event]

    assert sorted(told) == sorted(set(FOLLOWED))
