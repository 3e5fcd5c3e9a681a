"""Decides what the portal asks for a new card, and which card forms it accepts."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from stripe_sandbox.hosted import PageRefused, portal
from stripe_sandbox.hosted.portal import PortalView
from stripe_sandbox.pages import card_form
from stripe_sandbox.pages.card_form import Form
from stripe_sandbox.pages.countries import country_choices
from stripe_sandbox.pages.declines import Notice, decline_field, decline_notice
from stripe_sandbox.pages.portal import back_url, base_path, done_url, overview, read, return_urls
from stripe_sandbox.pages.portal_plan_view import is_enabled
from stripe_sandbox.pages.render import page, see_other
from stripe_sandbox.pages.visit import Visit
from stripe_sandbox.store.unit import StripeObject


def ask_card(visit: Visit) -> Response:
    """Show the form for a new card."""
    view = read(visit)
    known = {"name": view.customer.get("name") or ""}
    values = card_form.filled_values(known, number=visit.query.get("card"), now=visit.now)
    return _card_page(visit, view=view, form=Form(values=values))


def add_card(visit: Visit) -> Response:
    """Store a card and make it the default: 422 for wrong fields, 402 for a declined card."""
    view = read(visit)
    errors = card_form.card_errors(visit.form, now=visit.now)
    kept = card_form.kept_values(visit.form)
    if errors:
        form = Form(values=kept, errors=errors)
        return _card_page(visit, view=view, form=form, notice=form.notice, status=422)
    card = card_form.read_card(visit.form, now=visit.now)
    outcome = portal.add_card(visit.sandbox, visit.names["session_id"], card=card, is_default=True)
    if outcome.status == "declined":
        error = outcome.error or {}
        field, text = decline_field(error)
        form = Form(values=kept, errors={field: text}, has_banner=True)
        notice = decline_notice(error)
        return _card_page(visit, view=view, form=form, notice=notice, status=402)
    if outcome.status == "requires_action":
        return see_other(outcome.redirect_url or base_path(visit))
    return see_other(done_url(view, base=base_path(visit), message="card_added"))


def make_default(visit: Visit) -> Response:
    """Let another stored card pay what comes next. Safe to repeat."""
    return _change_card(visit, action=portal.make_default, message="card_default")


def remove_card(visit: Visit) -> Response:
    """Forget a stored card."""
    return _change_card(visit, action=portal.remove_card, message="card_removed")


def _card_page(
    visit: Visit, *, view: PortalView, form: Form, notice: Notice | None = None, status: int = 200
) -> Response:
    if not is_enabled(view, "payment_method_update"):
        raise PageRefused(403, "The shop does not let its customers change their cards here.")
    context = {
        "back_url": back_url(view, base=base_path(visit)),
        "back_label": "Back",
        "form": form,
        "notice": notice,
        "action": visit.path,
        "page_token": visit.page_token,
        "countries": country_choices(),
        "test_numbers": card_form.offered_numbers(visit.path),
    }
    return page("portal_card.html", context=context, status=status, return_urls=return_urls(view))


def _change_card(visit: Visit, *, action: Callable[..., StripeObject], message: str) -> Response:
    view = read(visit)
    try:
        action(
            visit.sandbox,
            visit.names["session_id"],
            payment_method_id=visit.names["payment_method_id"],
        )
    except PageRefused as refusal:
        if refusal.status != 409:
            raise
        notice = Notice(kind="bad", title="The card was not changed", text=refusal.message)
        return overview(visit, view=view, notice=notice, status=409)
    return see_other(done_url(view, base=base_path(visit), message=message))
