"""Files at Stripe; they go to an address of their own, which the client is set up with."""

import io

from billing.gateway.client import call, client


def upload_evidence(name: str, content: bytes, *, key: str) -> str:
    """Upload a PDF, JPEG or PNG for a dispute; its id (`file_…`). Safe to repeat with the key and the same bytes.

    Raises StripeRefused for another type or one that is too large.
    """
    sent = io.BytesIO(content)
    sent.name = name  # The SDK takes the name of the part from it.
    answer = call(client().v1.files.create, key=key, purpose="dispute_evidence", file=sent)
    return str(answer["id"])
