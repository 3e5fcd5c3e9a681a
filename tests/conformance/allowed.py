"""Decides which differences from the recordings are accepted: each pattern with its date and its reason.

A difference that stands here does not fail an exchange; it is counted and printed all the same.
"""

from fnmatch import fnmatchcase

# (date, pattern of `object.path`, reason)
ALLOWED: tuple[tuple[str, str, str], ...] = (
    ("2026-11-21", "checkout.session.branding_settings*", "the recording account's own branding"),
    ("2026-11-21", "checkout.session.payment_method_types*", "which methods an account has switched on"),
    ("2026-11-21", "checkout.session.payment_method_options*", "follows from the methods an account has switched on"),
    ("2026-11-21", "checkout.session.payment_method_configuration_details*", "the account's own configuration"),
    ("2026-11-21", "payment_intent.payment_method_types*", "which methods an account has switched on"),
    ("2026-11-21", "payment_intent.payment_method_options*", "follows from the methods an account has switched on"),
    ("2026-11-21", "payment_intent.payment_method_configuration_details*", "the account's own configuration"),
    ("2026-11-21", "setup_intent.payment_method_types*", "which methods an account has switched on"),
    ("2026-11-21", "setup_intent.payment_method_options*", "follows from the methods an account has switched on"),
    ("2026-11-21", "setup_intent.payment_method_configuration_details*", "the account's own configuration"),
)


def allowance_for(place: str) -> str | None:
    """The reason why a difference at this place is accepted, or None."""
    return next((reason for _, pattern, reason in ALLOWED if fnmatchcase(place, pattern)), None)
