"""Turns an expected failure of billing into a page with status, words, reference and a safe way to try again."""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from billing.errors import BillingError, InvalidInput

CAN_BE_REPEATED = ("under_way", "lease_taken", "lease_lost", "stripe_unreachable", "stripe_rate_limited")
REPEATED_FIELDS = (
    "request_key",
    "lookup_key",
    "plan",
    "preview",
    "seats",
    "accepts_terms",
    "return_to",
    "reason",
    "comment",
    "promotion_code",
    "refund",
    "ends_on",
    "length",
    "resumes_on",
    "shown_minor",
    "code",
    "shown",
    "method",
    "becomes_default",
)
HEADINGS = {
    "invalid_input": "This request is not complete",
    "plan_unknown": "This plan is not on sale",
    "not_found": "Not found, or not yours",
    "currency_locked": "Your currency stays as it is",
    "already_subscribed": "You have a plan already",
    "checkout_ended": "This checkout has ended",
    "trial_not_available": "One trial for each person",
    "promotion_code_unknown": "We do not know this code",
    "promotion_code_ended": "This code has ended",
    "promotion_code_used_up": "This code is used up",
    "promotion_code_used": "You have used this code",
    "promotion_code_not_for_you": "This code is not for you",
    "promotion_code_not_for_plan": "This code is not for this plan",
    "discount_running": "A discount is running already",
    "organization_closing": "This organization is being deleted",
    "stripe_still_live": "Nothing was deleted",
    "link_gone": "This link no longer works",
    "too_many_mails": "Please wait a little",
    "no_discount": "There is no discount",
    "payment_method_needed": "This card is needed",
    "payment_method_gone": "This card is not on file",
    "sum_changed": "The sum has changed",
    "terms_unchanged": "It is paid so already",
    "payment_method_missing": "There is no card to charge",
    "nothing_to_cancel": "There is nothing to cancel",
    "nothing_to_undo": "No cancellation is pending",
    "no_subscription": "There is no running plan",
    "payment_incomplete": "The first payment is not finished",
    "payment_due": "An invoice is open",
    "read_only": "Read-only until it is paid",
    "cancellation_pending": "Your plan is cancelled",
    "subscription_paused": "Your plan is paused",
    "not_paused": "Your plan is not paused",
    "change_unpaid": "A change of plan waits for its payment",
    "change_scheduled": "A change of plan is planned",
    "change_arranged": "A change of your plan is arranged already",
    "no_change_pending": "No change of plan is pending",
    "nothing_to_change": "You have this plan already",
    "preview_stale": "The amount has changed",
    "item_unclear": "This plan is changed by us",
    "on_trial": "Not during a trial",
    "not_on_trial": "There is no running trial",
    "seat_change_failed": "The seats are as they were",
    "not_per_seat": "This plan has no seats",
    "seats_below_used": "More people use a seat",
    "seats_below_minimum": "The plan has more seats than that",
    "seats_above_maximum": "The plan has fewer seats than that",
    "webhook_url_refused": "We cannot send to this address",
    "too_many_webhook_endpoints": "There are enough addresses",
    "webhook_endpoint_disabled": "This address is switched off",
    "under_way": "This is under way",
    "lease_taken": "This is under way",
    "lease_lost": "This is under way",
    "stripe_unreachable": "Our payment provider does not answer",
    "stripe_rate_limited": "Our payment provider does not answer",
    "stripe_key_refused": "Payments are not set up correctly",
    "not_set_up": "Payments are not set up yet",
    "card_declined": "The payment did not go through",
    "stripe_refused": "Our payment provider refused this",
    "stripe_object_missing": "Our payment provider refused this",
}
# Stripe's own words of a refusal are for programmers and name its ids.
REFUSED_BY_STRIPE = ("stripe_refused", "stripe_object_missing")
REFUSED = "It was not done, and nothing was charged. If it happens again, please write to us and name the reference."


def explain_failures(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view answer every BillingError with its page. Anything else crashes loudly."""

    @wraps(view)
    def explained(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _refuse_nul([*kwargs.values(), *_given(request)])
            return view(request, *args, **kwargs)
        except BillingError as error:
            return failure_page(request, error)

    return explained


def _given(request: HttpRequest) -> Iterator[str]:
    for fields in (request.GET, request.POST):
        for _, values in fields.lists():
            yield from values


def _refuse_nul(texts: Iterable[Any]) -> None:
    """PostgreSQL keeps and compares no text with a NUL in it: asked for one, it fails."""
    if any(isinstance(text, str) and "\0" in text for text in texts):
        raise InvalidInput("The request holds a character that no text has. Nothing was changed.")


def failure_page(request: HttpRequest, error: BillingError) -> HttpResponse:
    """The page of one failure. What may be repeated offers the same form again with the same `request_key`."""
    can_repeat = request.method == "POST" and error.code in CAN_BE_REPEATED
    fields = [(name, request.POST[name]) for name in REPEATED_FIELDS if name in request.POST] if can_repeat else []
    context = {
        "failure": error,
        "failure_words": REFUSED if error.code in REFUSED_BY_STRIPE else error.message,
        "failure_heading": HEADINGS.get(error.code, "This cannot be done"),
        "can_repeat": can_repeat,
        "repeated_fields": fields,
    }
    return render(request, "billing/failure.html", context, status=error.status)
