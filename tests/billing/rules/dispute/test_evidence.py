"""What evidence may hold: the fields that Stripe's SDK has, their limits, and those that fit a reason."""

import ast
from pathlib import Path

import pytest
import stripe

from billing.rules.dispute.evidence import (
    FILE_FIELDS,
    LONG_TEXTS,
    MOST_FILE_BYTES,
    SHORT_TEXTS,
    FileFacts,
    faults,
    fitting_fields,
    missing_fields,
    other_fields,
)

REASONS = [
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
    "a_reason_that_is_new",
]
ALL = {*FILE_FIELDS, *LONG_TEXTS, *SHORT_TEXTS}


def test_the_fields_are_just_those_of_stripes_sdk() -> None:
    source = (Path(stripe.__file__).parent / "params" / "_dispute_update_params.py").read_text()
    classes = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    body = classes["DisputeUpdateParamsEvidence"].body
    names = {node.target.id for node in body if isinstance(node, ast.AnnAssign)}

    assert names - {"enhanced_evidence"} == ALL


@pytest.mark.parametrize("reason", REASONS)
def test_fields_that_fit_and_the_others_are_all_of_them_once(reason: str) -> None:
    fields = [*fitting_fields(reason), *other_fields(reason)]

    assert len(fields) == len(set(fields))
    assert set(fields) == ALL


@pytest.mark.parametrize(
    ("reason", "fits", "does_not"),
    [
        ("fraudulent", "access_activity_log", "cancellation_rebuttal"),
        ("subscription_canceled", "cancellation_rebuttal", "duplicate_charge_id"),
        ("credit_not_processed", "refund_refusal_explanation", "access_activity_log"),
        ("duplicate", "duplicate_charge_id", "refund_policy"),
        ("product_not_received", "service_documentation", "cancellation_policy"),
        ("a_reason_that_is_new", "uncategorized_text", "shipping_carrier"),
    ],
)
def test_what_fits_a_reason(reason: str, fits: str, does_not: str) -> None:
    assert fits in fitting_fields(reason)
    assert does_not in other_fields(reason)


def test_what_an_answer_should_not_go_without() -> None:
    assert missing_fields("duplicate", ["duplicate_charge_id"]) == (
        "product_description",
        "duplicate_charge_explanation",
    )
    filled = ["product_description", "customer_purchase_ip", "access_activity_log"]
    assert missing_fields("fraudulent", filled) == ("receipt",)
    assert missing_fields("fraudulent", [*filled, "uncategorized_file"]) == ()


@pytest.mark.parametrize(
    ("texts", "files", "said"),
    [
        ({"uncategorized_text": "x" * 20_000}, [], ""),
        ({"uncategorized_text": "x" * 20_001}, [], "uncategorized_text has 20,001 characters"),
        (dict.fromkeys([*LONG_TEXTS[:7]], "x" * 20_000) | {"customer_name": "x" * 10_000}, [], ""),
        (dict.fromkeys([*LONG_TEXTS[:7]], "x" * 20_000) | {"customer_name": "x" * 10_001}, [], "have 150,001"),
        ({"colour": "red"}, [], "no field colour"),
        ({}, [FileFacts("receipt", MOST_FILE_BYTES, 50)], ""),
        ({}, [FileFacts("receipt", MOST_FILE_BYTES), FileFacts("refund_policy", 1)], "4,500,001 bytes"),
        ({}, [FileFacts("receipt", 1, 50), FileFacts("refund_policy", 1, 1)], "51 pages"),
        ({}, [FileFacts("customer_name", 1)], "no file field customer_name"),
    ],
)
def test_limits(texts: dict[str, str], files: list[FileFacts], said: str) -> None:
    found = faults(texts, files)

    assert bool(found) == bool(said)
    assert said in " ".join(found)
