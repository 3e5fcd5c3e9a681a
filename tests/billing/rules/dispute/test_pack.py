"""What our own facts say to a dispute: by reason, within the limits, without a card number, and what is missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from billing.rules.dispute.evidence import LONGEST_EVIDENCE, LONGEST_TEXT, fitting_fields
from billing.rules.dispute.pack import Line, PackFacts, mask_card_numbers, pack

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LITTLE = PackFacts(
    seller="Tidewater",
    reason="fraudulent",
    stripe_dispute_id="dp_1",
    stripe_charge_id="ch_1",
    amount="48.00 EUR",
    charged_at=NOW,
)
MUCH = replace(
    LITTLE,
    product="Growth",
    began_at=NOW - timedelta(days=300),
    customer_name="Oakline Studio",
    customer_email="books@oakline.example",
    customer_address="1 Long Road, 1010 Wien, AT",
    purchase_ip="192.0.2.7",
    refund_policy="No refunds after 14 days.",
    cancellation_policy="Cancel any time.",
    same_amount=(("ch_0", "invoice OAK-1"),),
    undisputed=(Line(NOW - timedelta(days=30), "ch_0: 48.00 EUR"),),
    sign_ins=(Line(NOW, "alice@oakline.example, 192.0.2.7, Firefox"),),
    consents=(Line(NOW, "Version 2026-11 at checkout"),),
    mails=(Line(NOW, "Your receipt"),),
    usage=("people: 3",),
)


def lines(count: int, words: str = "x" * 250) -> tuple[Line, ...]:
    return tuple(Line(NOW - timedelta(hours=number), words) for number in range(count))


@pytest.mark.parametrize(
    ("reason", "field", "says"),
    [
        ("fraudulent", "access_activity_log", "192.0.2.7, Firefox"),
        ("fraudulent", "customer_purchase_ip", "192.0.2.7"),
        ("unrecognized", "uncategorized_text", "ch_0: 48.00 EUR"),
        (
            "subscription_canceled",
            "cancellation_rebuttal",
            "no request to cancel before the charge of 30 November 2026",
        ),
        ("subscription_canceled", "cancellation_policy_disclosure", "Cancel any time."),
        ("credit_not_processed", "refund_policy_disclosure", "Version 2026-11 at checkout"),
        ("duplicate", "duplicate_charge_id", "ch_0"),
        ("duplicate", "duplicate_charge_explanation", "ch_0 paid invoice OAK-1."),
        ("product_not_received", "service_date", "03 February 2026"),
        ("product_unacceptable", "product_description", "Growth, an online service of Tidewater"),
    ],
)
def test_a_reason_gets_what_speaks_to_it(reason: str, field: str, says: str) -> None:
    found = pack(replace(MUCH, reason=reason))

    assert says in found.texts[field]
    assert set(found.texts) <= set(fitting_fields(reason))


def test_who_cancelled_before_the_charge_is_not_contradicted() -> None:
    cancelled = replace(
        MUCH, reason="subscription_canceled", cancellations=(Line(NOW - timedelta(days=1), "Cancel"),)
    )

    found = pack(cancelled)

    assert "cancellation_rebuttal" not in found.texts
    assert any("a person has to look at that first" in sentence for sentence in found.missing)


def test_what_is_not_known_is_listed_and_not_made_up() -> None:
    found = pack(replace(LITTLE, reason="credit_not_processed"))

    assert set(found.texts) == {"uncategorized_text"}
    assert len(found.missing) == 9
    assert "No refund policy is set (REFUND_POLICY)." in found.missing
    assert "Why no refund is due has to be written by a person." in found.missing


@pytest.mark.parametrize("reason", ["fraudulent", "subscription_canceled", "duplicate", "product_unacceptable"])
def test_a_long_history_stays_within_the_limits(reason: str) -> None:
    long = {name: lines(400) for name in ("undisputed", "sign_ins", "consents", "mails", "cancellations", "invoices")}
    found = pack(replace(MUCH, reason=reason, refund_policy="p" * 50_000, **long))

    assert max(map(len, found.texts.values())) <= LONGEST_TEXT
    assert sum(map(len, found.texts.values())) <= LONGEST_EVIDENCE
    if "access_activity_log" in found.texts:
        assert "older entries in our records" in found.texts["access_activity_log"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("card 4242 4242 4242 4242 thanks", "card [number removed] thanks"),
        ("4000000000000259", "[number removed]"),
        ("378282246310005", "[number removed]"),
        ("4242 4242 4242 4241", "4242 4242 4242 4241"),
        ("ch_3OaB and 2026-11-30 12:00", "ch_3OaB and 2026-11-30 12:00"),
    ],
)
def test_a_card_number_is_taken_out(text: str, shown: str) -> None:
    assert mask_card_numbers(text) == shown


def test_no_text_of_a_pack_holds_one() -> None:
    found = pack(replace(MUCH, mails=(Line(NOW, "My card is 4242424242424242"),)))

    assert "4242424242424242" not in " ".join(found.texts.values())
