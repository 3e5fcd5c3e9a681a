"""Expected failures: a code of one's own, a fitting HTTP status, and words that a person may read."""

import re
from http import HTTPStatus

import pytest

from billing import errors
from billing.errors import BillingError

EXPECTED_STATUS = {
    "above_own_limit": 403,
    "already_paid": 409,
    "already_subscribed": 409,
    "answer_shown_once": 409,
    "answer_under_way": 409,
    "api_key_already_made": 409,
    "api_key_ended": 409,
    "api_key_expired": 401,
    "api_key_invalid": 401,
    "api_key_limit": 409,
    "api_key_of_other_environment": 401,
    "api_key_revoked": 401,
    "api_version_unknown": 400,
    "billing_error": 400,
    "cancellation_pending": 409,
    "card_blocked": 409,
    "card_declined": 402,
    "card_limit": 409,
    "card_must_wait": 409,
    "case_closed": 409,
    "case_in_conflict": 409,
    "catalogue_invalid": 400,
    "change_arranged": 409,
    "change_scheduled": 409,
    "change_unpaid": 409,
    "charge_already_refunded": 409,
    "charge_disputed": 409,
    "charge_not_refundable": 409,
    "checkout_ended": 409,
    "collection_not_confirmed": 409,
    "conflict_stays": 409,
    "credit_limit_exceeded": 409,
    "currency_locked": 409,
    "cursor_invalid": 400,
    "deadline_passed": 409,
    "discount_running": 409,
    "dispute_answered": 409,
    "dispute_no_answer_possible": 409,
    "dispute_not_awaiting": 409,
    "dispute_status_unknown": 409,
    "draft_changed": 409,
    "evidence_empty": 400,
    "evidence_refused": 400,
    "evidence_too_late": 409,
    "feature_missing": 402,
    "holder_must_confirm": 409,
    "idempotency_key_reused": 422,
    "invalid_input": 400,
    "item_unclear": 409,
    "lease_lost": 503,
    "lease_taken": 503,
    "limit_refused": 400,
    "link_gone": 410,
    "mail_gone": 409,
    "mail_waits": 409,
    "no_change_pending": 409,
    "no_conflict": 409,
    "no_currency_yet": 409,
    "no_discount": 409,
    "no_subscription": 409,
    "not_authenticated": 401,
    "not_found": 404,
    "not_on_trial": 409,
    "not_paused": 409,
    "not_per_seat": 409,
    "not_permitted": 403,
    "not_set_up": 503,
    "not_yet": 503,
    "nothing_to_approve": 409,
    "nothing_to_cancel": 409,
    "nothing_to_change": 409,
    "nothing_to_undo": 409,
    "on_trial": 409,
    "organization_closing": 409,
    "override_ended": 409,
    "payment_due": 409,
    "payment_incomplete": 409,
    "payment_method_gone": 404,
    "payment_method_missing": 409,
    "payment_method_needed": 409,
    "plan_unknown": 404,
    "policy_refused": 400,
    "preview_stale": 409,
    "promotion_code_ended": 409,
    "promotion_code_not_for_plan": 409,
    "promotion_code_not_for_you": 409,
    "promotion_code_unknown": 409,
    "promotion_code_used": 409,
    "promotion_code_used_up": 409,
    "read_only": 402,
    "reconciliation_running": 409,
    "refund_above_rest": 409,
    "refund_decided": 409,
    "refund_disputed_payment": 409,
    "refund_needs_second_person": 403,
    "refund_not_failed": 409,
    "refund_refused": 409,
    "request_in_progress": 409,
    "retry_refused": 409,
    "role_missing": 403,
    "rules_refused": 400,
    "scope_missing": 403,
    "seat_change_failed": 409,
    "seats_above_maximum": 409,
    "seats_below_minimum": 409,
    "seats_below_used": 409,
    "second_person_needed": 403,
    "stripe_account_changed": 503,
    "stripe_collects": 409,
    "stripe_key_refused": 503,
    "stripe_object_missing": 404,
    "stripe_rate_limited": 503,
    "stripe_refused": 409,
    "stripe_still_live": 409,
    "stripe_unreachable": 503,
    "subscription_paused": 409,
    "sum_changed": 409,
    "terms_unchanged": 409,
    "too_many_mails": 429,
    "too_many_webhook_endpoints": 409,
    "trial_not_available": 409,
    "try_under_way": 409,
    "under_way": 409,
    "webhook_endpoint_disabled": 409,
    "webhook_url_refused": 400,
}


def _all_errors() -> list[type[BillingError]]:
    found = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, BillingError)]
    return sorted(found, key=lambda kind: kind.__name__)


def test_every_failure_has_its_code_and_status() -> None:
    codes = [(kind.code, kind.status) for kind in _all_errors()]

    assert sorted(codes) == sorted(EXPECTED_STATUS.items())


@pytest.mark.parametrize("kind", _all_errors())
def test_a_failure_names_its_own_code_and_does_not_inherit_one(kind: type[BillingError]) -> None:
    assert "code" in vars(kind)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)


@pytest.mark.parametrize("kind", _all_errors())
def test_a_failure_is_a_refusal_or_says_to_come_again(kind: type[BillingError]) -> None:
    is_refusal = 400 <= HTTPStatus(kind.status) < 500

    assert is_refusal or kind.status == HTTPStatus.SERVICE_UNAVAILABLE


@pytest.mark.parametrize("kind", _all_errors())
def test_the_words_are_a_calm_sentence(kind: type[BillingError]) -> None:
    message = kind().message

    assert re.fullmatch(r"[A-Z][^!]*\.", message)


def test_words_and_details_of_the_moment_stand_beside_the_code() -> None:
    failure = errors.CurrencyLocked("Your invoices are in EUR.", currency="eur")

    assert (failure.message, str(failure)) == ("Your invoices are in EUR.", "Your invoices are in EUR.")
    assert failure.details == {"currency": "eur"}
    assert errors.CurrencyLocked().message == BillingError.message
