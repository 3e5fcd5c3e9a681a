"""How much may go back, on whose word, and with how much tax."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing import errors
from billing.money import minor_units
from billing.rules.refund import (
    NEXT,
    Charged,
    Contest,
    Limit,
    Spent,
    Sums,
    Terms,
    check_amount,
    check_limit,
    check_terms,
    left_minor,
    of_gross,
    of_net,
    room_minor,
)
from billing.terms import FREED_REFUND_STATES, RefundState

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "is_refundable", "left", "refused"),
    [
        ("warning_needs_response", True, 7000, None),
        ("warning_needs_response", False, 7000, errors.ChargeIsDisputed),
        ("warning_under_review", True, 7000, None),
        ("warning_closed", False, 7000, None),
        ("needs_response", False, 4000, errors.ChargeIsDisputed),
        ("under_review", False, 4000, errors.ChargeIsDisputed),
        ("won", False, 7000, None),
        ("lost", False, 4000, None),
        ("prevented", False, 7000, None),
        ("appeal_needs_response", False, 4000, errors.ChargeIsDisputed),
        ("a status of tomorrow", False, 4000, errors.ChargeIsDisputed),
    ],
)
def test_what_a_dispute_leaves(
    status: str, *, is_refundable: bool, left: int, refused: type[Exception] | None
) -> None:
    charged = Charged(10000, 3000, "eur", (Contest(status, 3000, is_refundable),))

    assert left_minor(charged) == left
    if refused is None:
        check_amount(100, charged)
    else:
        with pytest.raises(refused):
            check_amount(100, charged)


@pytest.mark.parametrize(
    ("amount", "charged", "refused"),
    [
        (7001, Charged(10000, 3000, "eur"), errors.RefundAboveRest),
        (1, Charged(10000, 10000, "eur"), errors.AlreadyRefunded),
        (1, Charged(10000, 0, "eur", (Contest("lost", 10000),)), errors.ChargeIsDisputed),
        (1, Charged(0, 0, "eur"), errors.ChargeNotRefundable),
        (0, Charged(10000, 0, "eur"), errors.InvalidInput),
        (-5, Charged(10000, 0, "eur"), errors.InvalidInput),
        (150, Charged(10000, 0, "isk"), errors.InvalidInput),
        (1005, Charged(10000, 0, "kwd"), errors.InvalidInput),
    ],
)
def test_what_may_not_go_back(amount: int, charged: Charged, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        check_amount(amount, charged)


@pytest.mark.parametrize(
    ("net", "tax", "gross", "part_net", "part_tax", "currency"),
    [
        (10000, 1900, 11900, 10000, 1900, "eur"),
        (10000, 1900, 1190, 1000, 190, "eur"),
        (10000, 0, 3000, 3000, 0, "eur"),
        (1000, 100, 11, 10, 1, "jpy"),
        (100000, 24000, 12400, 10000, 2400, "isk"),
        (10000, 500, 1050, 1000, 50, "kwd"),
    ],
)
def test_net_and_gross_lead_to_the_same_sums(  # noqa: PLR0913 A row of the table.
    net: int, tax: int, gross: int, part_net: int, part_tax: int, currency: str
) -> None:
    whole = Sums(net, tax)

    assert of_gross(gross, whole, currency) == Sums(part_net, part_tax)
    assert of_net(part_net, whole, currency) == Sums(part_net, part_tax)


@given(
    currency=st.sampled_from(["eur", "jpy", "isk", "ugx", "kwd"]),
    net=st.integers(1, 10**7),
    tax=st.integers(0, 10**6),
    share=st.integers(1, 10**6),
)
def test_a_part_adds_up_and_fits_its_currency(currency: str, net: int, tax: int, share: int) -> None:
    _, multiple = minor_units(currency)
    whole = Sums(net * multiple, tax * multiple)
    part = max(1, whole.gross_minor * share // 10**6 // multiple) * multiple

    of_it = of_gross(part, whole, currency)

    assert of_it.gross_minor == part
    assert of_it.net_minor % multiple == of_it.tax_minor % multiple == 0
    assert of_gross(whole.gross_minor, whole, currency) == of_net(whole.net_minor, whole, currency) == whole


@pytest.mark.parametrize(
    ("spent", "age_days", "room"),
    [
        (Spent(), 1, 5000),
        (Spent(on_charge_minor=2000), 1, 3000),
        (Spent(in_day_minor=7000), 1, 3000),
        (Spent(in_day_minor=12000), 1, 0),
        (Spent(), 61, 0),
    ],
)
def test_how_much_one_person_may(spent: Spent, age_days: int, room: int) -> None:
    assert room_minor([Limit(5000, 10000, 60)], spent, charged_at=NOW - age_days * DAY, now=NOW) == room


def test_of_two_roles_the_better_counts_and_without_one_nothing_may() -> None:
    limits = [Limit(5000, 10000, 60), Limit(20000, 30000, 30)]

    assert room_minor(limits, Spent(), charged_at=NOW - 31 * DAY, now=NOW) == 5000
    assert room_minor(limits, Spent(), charged_at=NOW, now=NOW) == 20000
    assert room_minor([], Spent(), charged_at=NOW, now=NOW) == 0


@pytest.mark.parametrize(
    ("limit", "currency"),
    [
        (Limit(-1, 5, 60), "eur"),
        (Limit(500, 400, 60), "eur"),
        (Limit(100, 100, 0), "eur"),
        (Limit(100, 100, 5000), "eur"),
        (Limit(150, 150, 60), "isk"),
        (Limit(100, 100, 60), "xxx"),
        (Limit(100, 100, 60), "EUR"),
    ],
)
def test_nonsense_is_no_limit(limit: Limit, currency: str) -> None:
    with pytest.raises(errors.LimitRefused):
        check_limit(limit, currency)


FINE = {"reason": "duplicate", "credit_reason": "duplicate", "note": "Twice", "access": "keep"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reason": "because"}, "reason"),
        ({"credit_reason": ""}, "credit_reason"),
        ({"note": " "}, "note"),
        ({"note": "x" * 301}, "note"),
        ({"access": ""}, "access"),
        ({"access": "now"}, "access"),
        ({"reason": "fraudulent"}, "confirms_block"),
        ({"confirms_block": True}, "confirms_block"),
    ],
)
def test_each_choice_is_checked_by_name(changed: dict, field: str) -> None:
    with pytest.raises(errors.InvalidInput) as refused:
        check_terms(Terms(**{**FINE, **changed}), has_invoice=True, has_plan=False)

    assert refused.value.details["field"] == field


def test_no_state_that_gave_the_sum_free_leads_to_money() -> None:
    """Else a sum could be asked for twice, and both be sent."""
    reachable = {state for freed in FREED_REFUND_STATES for state in NEXT[freed]}

    assert reachable <= set(FREED_REFUND_STATES)
    assert set(NEXT) == set(RefundState)


@settings(max_examples=200)
@given(
    captured=st.integers(0, 500),
    acts=st.lists(
        st.tuples(
            st.sampled_from(["ask", "fail", "dispute", "lose", "win"]), st.integers(-10, 300), st.integers(0, 9)
        ),
        max_size=25,
    ),
)
def test_never_more_goes_back_than_came_in(captured: int, acts: list[tuple[str, int, int]]) -> None:
    """D14: whatever is asked, fails, is contested and decided, in whatever order."""
    refunds: list[int] = []
    contest: Contest | None = None
    for act, amount, which in acts:
        charged = Charged(captured, sum(refunds), "eur", (contest,) if contest else ())
        if act == "ask":
            try:
                check_amount(amount, charged)
            except errors.BillingError:
                continue
            refunds.append(amount)
            assert contest is None or contest.status in ("lost", "won")
            assert sum(refunds) <= captured - (contest.amount_minor if contest and contest.status == "lost" else 0)
        elif act == "fail" and refunds:
            refunds.pop(which % len(refunds))
        elif act == "dispute" and contest is None:
            contest = Contest("needs_response", max(0, captured - sum(refunds)))
        elif act in ("lose", "win") and contest is not None and contest.status == "needs_response":
            contest = Contest("lost" if act == "lose" else "won", contest.amount_minor)
    assert sum(refunds) <= captured
