"""Decides the Stripe-Signature header."""

import hashlib
import hmac


def signature_header(body: bytes, *, secrets: list[str], timestamp: int) -> str:
    """`t=…,v1=…` with one v1 for each secret; `timestamp` is system time in unix seconds."""
    signed = f"{timestamp}.".encode() + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={mark}" for mark in marks)])
