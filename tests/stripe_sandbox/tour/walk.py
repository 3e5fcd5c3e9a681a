"""The whole walk; afterwards the sandbox is full of everything that it can hold."""

from tests.stripe_sandbox.tour.giving_back import be_told, give_back, look_for_what_is_not_here
from tests.stripe_sandbox.tour.guide import Guide
from tests.stripe_sandbox.tour.metering import meter
from tests.stripe_sandbox.tour.paying import check_out, invoice_by_hand, pay
from tests.stripe_sandbox.tour.selling import sell
from tests.stripe_sandbox.tour.subscribing import keep_a_clock, let_a_month_pass, subscribe

STRETCHES = (
    sell,
    meter,
    subscribe,
    pay,
    check_out,
    invoice_by_hand,
    give_back,
    let_a_month_pass,
    keep_a_clock,
    be_told,
    look_for_what_is_not_here,
)


def walk(guide: Guide) -> None:
    """Call every method once at least. Raises what the SDK raises, and AssertionError for a wrong answer."""
    for stretch in STRETCHES:
        stretch(guide)
