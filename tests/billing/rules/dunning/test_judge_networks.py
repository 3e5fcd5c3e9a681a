"""Every code of Visa and Mastercard, over a decline of every class."""

from datetime import timedelta

import pytest

from billing.rules.dunning.facts import Decline, Verdict
from billing.rules.dunning.judge import judge
from billing.terms import BlockReach
from tests.billing.rules.dunning.network_table import MASTERCARD, VISA

BASES = {
    "technical": "processing_error",
    "internal": "duplicate_transaction",
    "soft": "insufficient_funds",
    "needs_customer": "expired_card",
    "hard": "invalid_account",
    "fraud": "stolen_card",
    "mandate": "revocation_of_authorization",
}
RANKS = ["technical", "soft", "needs_customer", "hard", "fraud"]
Order = tuple[str, str, int, str]
CASES = [("visa", order) for order in VISA] + [("mastercard", order) for order in MASTERCARD]
ASKED = {
    "fix_data": ("fix", 0),
    "new_card": ("unsupported", 0),
    "update_or_new_card": ("generic", 72),
    "fix_token_or_new_card": ("generic", 0),
}


def said(code: str, *, brand: str, network_code: str) -> Verdict:
    if brand == "visa":
        return judge(Decline(code, card_brand=brand, network_decline_code=network_code.replace("*", "ZZ")))
    return judge(Decline(code, card_brand=brand, network_advice_code=network_code))


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(("brand", "order"), CASES, ids=[f"{brand}-{order[0]}" for brand, order in CASES])
def test_each_order_of_a_network_over_each_class(brand: str, order: Order, base: str) -> None:
    network_code, effect, wait, action = order
    plain = judge(Decline(BASES[base]))

    verdict = said(BASES[base], brand=brand, network_code=network_code)

    assert RANKS.index(verdict.decline_class) >= RANKS.index(plain.decline_class)
    if effect == "retry":
        check_wait(verdict, plain, wait=wait, action=action)
    elif effect == "needs_customer":
        check_asked(verdict, plain, action=action)
    else:
        check_never(verdict, plain, reach="mandate" if effect == "never_on_this_mandate" else "card")


def check_wait(verdict: Verdict, plain: Verdict, *, wait: int, action: str) -> None:
    assert verdict.network_wait == timedelta(hours=wait)
    assert verdict.block == plain.block
    if action == "none" or plain.decline_class in RANKS[2:]:
        assert (verdict.decline_class, verdict.max_retries) == (plain.decline_class, plain.max_retries)
        assert verdict.message_key == plain.message_key
    else:
        assert (verdict.decline_class, verdict.max_retries) == ("needs_customer", min(plain.max_retries, 1))
        assert verdict.message_key == ASKED[action][0]


def check_asked(verdict: Verdict, plain: Verdict, *, action: str) -> None:
    assert (verdict.max_retries, verdict.waits, verdict.network_wait) == (0, (), None)
    assert verdict.block == plain.block
    if plain.decline_class in RANKS[2:]:
        assert (verdict.decline_class, verdict.message_key) == (plain.decline_class, plain.message_key)
    else:
        key, delay = ASKED[action]
        assert (verdict.decline_class, verdict.message_key) == ("needs_customer", key)
        assert verdict.message_delay == timedelta(hours=delay)
        assert verdict.reveals_reason == (key != "generic")


def check_never(verdict: Verdict, plain: Verdict, *, reach: str) -> None:
    assert (verdict.max_retries, verdict.waits) == (0, ())
    assert verdict.block == ("mandate" if plain.ends_mandate else reach)
    assert verdict.decline_class in ("hard", "fraud")
    assert verdict.message_key == ("cancelled_auth" if verdict.ends_mandate else "generic")
    assert (verdict.message_delay, verdict.reveals_reason) == (timedelta(0), False)
    assert verdict.customer_action == "new_card"


@pytest.mark.parametrize("code", ["22", "42"])
def test_what_is_about_us_is_told_to_staff(code: str) -> None:
    assert said("insufficient_funds", brand="mastercard", network_code=code).alerts_staff
    assert not said("insufficient_funds", brand="mastercard", network_code="03").alerts_staff


@pytest.mark.parametrize("brand", ["", "amex", "discover", "mastercard"])
def test_visas_codes_mean_nothing_on_another_card(brand: str) -> None:
    assert judge(Decline("insufficient_funds", card_brand=brand, network_decline_code="R0")) == judge(
        Decline("insufficient_funds")
    )


@pytest.mark.parametrize("brand", ["", "amex", "discover", "visa"])
def test_mastercards_advice_means_nothing_on_another_card(brand: str) -> None:
    assert judge(Decline("insufficient_funds", card_brand=brand, network_advice_code="03")) == judge(
        Decline("insufficient_funds")
    )


@pytest.mark.parametrize("code", ["1", "3", "99", "031"])
def test_advice_that_mastercard_does_not_list_orders_nothing(code: str) -> None:
    assert said("insufficient_funds", brand="mastercard", network_code=code) == judge(Decline("insufficient_funds"))


def test_spaces_and_small_letters_hide_no_never() -> None:
    verdict = judge(Decline("insufficient_funds", card_brand="Visa", network_decline_code=" r0 "))

    assert verdict.block == BlockReach.MANDATE
