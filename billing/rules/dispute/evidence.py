"""Decides what evidence may hold: Stripe's exact fields, their limits, and which of them fit which reason.

It must not know where the facts come from. Fields and limits are those of Stripe's parameters
(https://docs.stripe.com/api/disputes/update, read 2026-11-20); those of files are assumed, a little below the least
figure that is known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LONGEST_TEXT = 20_000
LONGEST_EVIDENCE = 150_000
MOST_FILE_BYTES = 4_500_000
MOST_PAGES = 50
FILE_FIELDS = (
    "receipt",
    "customer_communication",
    "service_documentation",
    "cancellation_policy",
    "refund_policy",
    "duplicate_charge_documentation",
    "customer_signature",
    "shipping_documentation",
    "uncategorized_file",
)
LONG_TEXTS = (
    "product_description",
    "access_activity_log",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "duplicate_charge_explanation",
    "uncategorized_text",
)
SHORT_TEXTS = (
    "customer_name",
    "customer_email_address",
    "billing_address",
    "customer_purchase_ip",
    "service_date",
    "duplicate_charge_id",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
)
TEXT_FIELDS = (*SHORT_TEXTS, *LONG_TEXTS)
PACK_FIELD = "uncategorized_file"
"""Where the document goes that is made from our own facts."""

_WHO = ("customer_name", "customer_email_address", "billing_address", "customer_purchase_ip")
_WHAT = ("product_description", "service_date")
_REST = ("receipt", "customer_communication", "uncategorized_text", "uncategorized_file")
_OWN: dict[str, tuple[str, ...]] = {
    "fraudulent": ("access_activity_log", "service_documentation"),
    "unrecognized": ("access_activity_log", "service_documentation"),
    "subscription_canceled": (
        "cancellation_policy",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "access_activity_log",
    ),
    "credit_not_processed": ("refund_policy", "refund_policy_disclosure", "refund_refusal_explanation"),
    "duplicate": ("duplicate_charge_id", "duplicate_charge_explanation", "duplicate_charge_documentation"),
    "product_not_received": ("service_documentation", "access_activity_log"),
    "product_unacceptable": (
        "service_documentation",
        "access_activity_log",
        "refund_policy",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
    ),
}
_OWN_OF_OTHERS = ("access_activity_log", "service_documentation")
_NEEDED: dict[str, tuple[str, ...]] = {
    "fraudulent": ("customer_purchase_ip", "access_activity_log", "receipt"),
    "unrecognized": ("customer_purchase_ip", "access_activity_log", "receipt"),
    "subscription_canceled": ("cancellation_policy_disclosure", "cancellation_rebuttal"),
    "credit_not_processed": ("refund_policy_disclosure", "refund_refusal_explanation"),
    "duplicate": ("duplicate_charge_id", "duplicate_charge_explanation"),
    "product_not_received": ("service_date", "access_activity_log"),
    "product_unacceptable": ("service_date", "refund_policy_disclosure", "refund_refusal_explanation"),
}
_PAPER_OR_PACK = "receipt"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file that would be sent; an image counts as one page."""

    field: str
    size_bytes: int
    pages: int = 1


def fitting_fields(reason: str) -> tuple[str, ...]:
    """The fields that speak to this reason, in the order of the form; the rest can be filled, too."""
    own = _OWN.get(reason, _OWN_OF_OTHERS)
    return tuple(dict.fromkeys((*_WHO, *_WHAT, *own, *_REST)))


def other_fields(reason: str) -> tuple[str, ...]:
    fitting = fitting_fields(reason)
    return tuple(name for name in (*TEXT_FIELDS, *FILE_FIELDS) if name not in fitting)


def missing_fields(reason: str, filled: Iterable[str]) -> tuple[str, ...]:
    """What an answer to this reason should not go without, and does. Our own document has the receipts in it."""
    have = set(filled)
    if PACK_FIELD in have:
        have.add(_PAPER_OR_PACK)
    needed = ("product_description", *_NEEDED.get(reason, ()))
    return tuple(name for name in needed if name not in have)


def faults(texts: Mapping[str, str], files: Sequence[FileFacts]) -> tuple[str, ...]:
    """Why Stripe would not take it, a sentence each; none where it would."""
    found = [f"Stripe has no field {name}." for name in texts if name not in TEXT_FIELDS]
    found += [f"Stripe has no file field {file.field}." for file in files if file.field not in FILE_FIELDS]
    found += [
        f"{name} has {len(text):,} characters; {LONGEST_TEXT:,} are allowed."
        for name, text in texts.items()
        if len(text) > LONGEST_TEXT
    ]
    total = sum(len(text) for text in texts.values())
    if total > LONGEST_EVIDENCE:
        found.append(f"All texts together have {total:,} characters; {LONGEST_EVIDENCE:,} are allowed.")
    size, pages = sum(file.size_bytes for file in files), sum(file.pages for file in files)
    if size > MOST_FILE_BYTES:
        found.append(f"The files have {size:,} bytes; {MOST_FILE_BYTES:,} are allowed.")
    if pages > MOST_PAGES:
        found.append(f"The files have {pages} pages; {MOST_PAGES} are allowed.")
    return tuple(found)
