"""Decides what a visitor of `/c/pay/{cs}` sees and may send; the order itself is made by the engine."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from stripe_sandbox.hosted import Outcome, PageRefused, checkout
from stripe_sandbox.hosted.checkout import CheckoutView
from stripe_sandbox.pages import card_form, checkout_questions
from stripe_sandbox.pages.card_form import Form
from stripe_sandbox.pages.checkout_view import Order, read_order
from stripe_sandbox.pages.countries import country_choices, is_country
from stripe_sandbox.pages.declines import Notice, decline_field, decline_notice, unanswered_notice
from stripe_sandbox.pages.render import page, plain_page, see_other
from stripe_sandbox.pages.visit import Visit

CODE_STEPS = ("apply_code", "remove_code")
QUANTITY_STEP = "quantity:"
LONGEST_NUMBER = 6


def show(visit: Visit) -> Response:
    """Show the form of an open session; a closed one says so and leads back."""
    view = checkout.read_session(visit.sandbox, visit.names["session_id"])
    if view.session["status"] != "open":
        return _closed(view)
    values = card_form.filled_values(_known_values(view), number=visit.query.get("card"), now=visit.now)
    notice = _standing_notice(view)
    return _page(visit, view=view, form=Form(values=values, has_banner=notice is not None), notice=notice)


def pay(visit: Visit) -> Response:
    """Take the form: wrong fields come back with 422, a declined card with 402, all else leads on with 303."""
    session_id = visit.names["session_id"]
    view = checkout.read_session(visit.sandbox, session_id)
    if view.session["status"] == "expired":
        return _closed(view)
    if visit.form.get("step") in CODE_STEPS:
        return _change_code(visit)
    if visit.form.get("step", "").startswith(QUANTITY_STEP):
        return _change_quantity(visit)
    order = read_order(view, now=visit.now)
    is_open = view.session["status"] == "open"
    errors = _errors(visit, order=order) if is_open else {}
    if errors:
        form = Form(values=card_form.kept_values(visit.form), errors=errors)
        return _page(visit, view=view, form=form, notice=form.notice, status=422)
    if not is_open:
        return see_other(success_url(view))
    outcome = _submit(visit, order=order)
    if outcome.status == "declined":
        return _declined(visit, outcome=outcome)
    return see_other(outcome.redirect_url or visit.path)


def _change_code(visit: Visit) -> Response:
    """Apply or remove a promotion code; a wrong one comes back beside its field with 422."""
    session_id, text = visit.names["session_id"], visit.form.get("promotion_code", "").strip()
    if visit.form["step"] == "remove_code":
        wrong = checkout.remove_code(visit.sandbox, session_id)
    elif not text:
        wrong = "Enter a code."
    else:
        wrong = checkout.enter_code(visit.sandbox, session_id, text=text)
    if wrong is None:
        return see_other(visit.path)
    view = checkout.read_session(visit.sandbox, session_id)
    values = card_form.filled_values(_known_values(view), number=None, now=visit.now)
    form = Form(
        values={**values, "promotion_code": text[: card_form.LONGEST_VALUE]}, errors={"promotion_code": wrong}
    )
    return _page(visit, view=view, form=form, notice=None, status=422)


def _change_quantity(visit: Visit) -> Response:
    """Set the number of one line; a wrong one comes back beside its field with 422."""
    session_id = visit.names["session_id"]
    line_id = visit.form["step"].removeprefix(QUANTITY_STEP)
    text = visit.form.get("quantity", "").strip()
    is_number = text.isdecimal() and len(text) <= LONGEST_NUMBER
    wrong: str | None = "Enter a whole number."
    if is_number:
        wrong = checkout.change_quantity(visit.sandbox, session_id, line_id=line_id, quantity=int(text))
    if wrong is None:
        return see_other(visit.path)
    view = checkout.read_session(visit.sandbox, session_id)
    values = card_form.filled_values(_known_values(view), number=None, now=visit.now)
    return _page(visit, view=view, form=Form(values=values, errors={line_id: wrong}), notice=None, status=422)


def recover(visit: Visit) -> Response:
    """Take an expired order up again: a new session for the same."""
    return see_other(checkout.recover(visit.sandbox, visit.names["session_id"]))


def _standing_notice(view: CheckoutView) -> Notice | None:
    """What a visitor who comes back must know: a question of the bank left open, or the last refusal."""
    if view.pending_intent_id:
        return unanswered_notice(view.pending_intent_id)
    return decline_notice(view.last_error) if view.last_error else None


def success_url(view: CheckoutView) -> str:
    """Return where a finished session leads, with its placeholder filled in."""
    return view.success_url or f"/c/pay/{view.session['id']}"


def _submit(visit: Visit, *, order: Order) -> Outcome:
    form = visit.form
    address = {
        "country": form.get("country") or None,
        "postal_code": form.get("postcode") or None,
        "line1": form.get("line1") or None,
        "city": form.get("city") or None,
    }
    return checkout.submit(
        visit.sandbox,
        visit.names["session_id"],
        card=card_form.read_card(form, now=visit.now) if order.asks_card else None,
        email=order.known_email or form["email"].strip(),
        tax_id=(form.get("tax_id", "").strip() or None) if order.asks_tax_id else None,
        address=address if any(address.values()) else None,
        shipping=checkout_questions.read_shipping(form) if order.shipping_countries else None,
        fields={each.key: form.get(each.name, "").strip() for each in order.questions},
        takes_promotions=form.get("promotions") == "yes",
    )


def _declined(visit: Visit, *, outcome: Outcome) -> Response:
    error = outcome.error or {}
    view = checkout.read_session(visit.sandbox, visit.names["session_id"])
    if view.session["status"] != "open":
        raise PageRefused(409, "This checkout was closed in the meantime.")
    field, text = decline_field(error)
    form = Form(values=card_form.kept_values(visit.form), errors={field: text}, has_banner=True)
    return _page(visit, view=view, form=form, notice=decline_notice(error), status=402)


def _errors(visit: Visit, *, order: Order) -> dict[str, str]:
    form = visit.form
    errors: dict[str, str] = {}
    if not order.known_email and not card_form.is_email(form.get("email", "")):
        errors["email"] = "Enter an e-mail address, such as name@example.com."
    if order.asks_card:
        errors |= card_form.card_errors(form, now=visit.now)
    if order.asks_address:
        asked = {"line1": "street and number", "city": "town", "postcode": "postcode"}
        errors |= {k: f"Enter the {label}." for k, label in asked.items() if not form.get(k)}
        if not is_country(form.get("country", "")):
            errors["country"] = "Choose a country."
    if order.terms and form.get("terms") != "yes":
        errors["terms"] = "Accept the terms to go on."
    errors |= checkout_questions.question_errors(order.questions, form)
    if order.shipping_countries:
        errors |= checkout_questions.shipping_errors(form, allowed=order.shipping_countries)
    return errors | card_form.length_errors(form)


def _known_values(view: CheckoutView) -> dict[str, str]:
    customer = view.customer or {}
    address = customer.get("address") or {}
    return {
        "name": customer.get("name") or "",
        "country": address.get("country") or "",
        "postcode": address.get("postal_code") or "",
        "line1": address.get("line1") or "",
        "city": address.get("city") or "",
    }


def _page(visit: Visit, *, view: CheckoutView, form: Form, notice: Notice | None, status: int = 200) -> Response:
    order = read_order(view, now=visit.now)
    values = dict(form.values)
    if order.known_email:
        values["email"] = order.known_email
    context = {
        "merchant": view.merchant_name,
        "order": order,
        "form": replace(form, values=values),
        "notice": notice,
        "action": visit.path,
        "page_token": visit.page_token,
        "cancel_url": view.cancel_url,
        "countries": country_choices(),
        "shipping_countries": [each for each in country_choices() if each[0] in order.shipping_countries],
        "test_numbers": card_form.offered_numbers(visit.path),
    }
    return_urls = (view.session.get("success_url"), view.cancel_url)
    return page("checkout.html", context=context, status=status, return_urls=return_urls)


def _closed(view: CheckoutView) -> Response:
    is_complete = view.session["status"] == "complete"
    url = success_url(view) if is_complete else view.cancel_url
    return plain_page(
        "This order is complete" if is_complete else "This checkout has expired",
        text="It was paid for once and cannot be paid for again."
        if is_complete and view.due_now_minor
        else "Nothing more is to be done here."
        if is_complete
        else "Nothing was charged. Start again in the shop if you still want to buy.",
        status=200 if is_complete else 410,
        way={"url": url, "label": "Back to the shop"} if url else None,
        reference=view.session["id"],
    )
