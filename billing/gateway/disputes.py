"""Disputes at Stripe: evidence laid there, evidence handed in, a loss accepted.

`submit` is true by default at Stripe (https://docs.stripe.com/api/disputes/update, read 2026-11-20): every call here
says which of the two it means.
"""

from collections.abc import Mapping

import stripe

from billing.gateway.client import call, client

SUBMISSION = "evidence_submission"
"""Under this name the metadata of a dispute hold the UUID of the submission of ours that was handed in."""


def retrieve(stripe_dispute_id: str) -> stripe.Dispute:
    """A dispute (`dp_…`) as Stripe has it now. Raises StripeObjectMissing, StripeUnreachable."""
    return call(client().v1.disputes.retrieve, stripe_dispute_id)


def stage(stripe_dispute_id: str, evidence: Mapping[str, str], *, key: str) -> stripe.Dispute:
    """Lay evidence at Stripe without handing it in; files are `file_…`. An empty value empties a field.

    Safe to repeat with the key. Raises StripeRefused for a dispute that awaits no answer.
    """
    return call(client().v1.disputes.update, stripe_dispute_id, key=key, evidence=dict(evidence), submit=False)


def submit(stripe_dispute_id: str, evidence: Mapping[str, str], *, submission_uuid: str, key: str) -> stripe.Dispute:
    """Hand evidence in to the bank: one time only, for good. The UUID tells later whose submission it was.

    Safe to repeat with the key. Raises StripeRefused for a dispute that awaits no answer, StripeUnreachable (outcome
    unknown: look at the dispute).
    """
    return call(
        client().v1.disputes.update,
        stripe_dispute_id,
        key=key,
        evidence=dict(evidence),
        metadata={SUBMISSION: submission_uuid},
        submit=True,
    )


def close(stripe_dispute_id: str, *, key: str) -> stripe.Dispute:
    """Accept the loss of a dispute (`dp_…`), for good. Raises StripeRefused where nothing is awaited any more."""
    return call(client().v1.disputes.close, stripe_dispute_id, key=key)
