"""Decides which billing details a customer may change in the portal, and whether they are acceptable."""

from __future__ import annotations

from starlette.responses import Response

from stripe_sandbox.hosted import PageRefused, portal
from stripe_sandbox.hosted.portal import PortalView
from stripe_sandbox.pages import card_form
from stripe_sandbox.pages.card_form import Form
from stripe_sandbox.pages.countries import country_choices, is_country
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.portal import allowed_updates, base_path, done_url, read, return_urls
from stripe_sandbox.pages.render import page, see_other
from stripe_sandbox.pages.visit import Visit


def ask_details(visit: Visit) -> Response:
    """Show the form for the customer's data."""
    view = read(visit)
    address = view.customer.get("address") or {}
    values = {
        "email": view.customer.get("email") or "",
        "name": view.customer.get("name") or "",
        "phone": view.customer.get("phone") or "",
        "line1": address.get("line1") or "",
        "postcode": address.get("postal_code") or "",
        "city": address.get("city") or "",
        "country": address.get("country") or "",
    }
    return _details_page(visit, view=view, form=Form(values=values))


def save_details(visit: Visit) -> Response:
    """Save the customer's data; wrong fields come back with 422 and change nothing."""
    view = read(visit)
    asked = allowed_updates(view)
    form = visit.form
    errors = card_form.length_errors(form)
    if "email" in asked and not card_form.is_email(form.get("email", "")):
        errors["email"] = "Enter an e-mail address, such as name@example.com."
    if "address" in asked and form.get("country") and not is_country(form["country"]):
        errors["country"] = "Choose a country."
    if errors:
        wrong = Form(values=card_form.kept_values(form), errors=errors)
        return _details_page(visit, view=view, form=wrong, notice=wrong.notice, status=422)
    changes: dict[str, object] = {
        key: form.get(key, "").strip() for key in ("email", "name", "phone") if key in asked
    }
    if "address" in asked:
        changes["address"] = {
            "line1": form.get("line1", "").strip(),
            "postal_code": form.get("postcode", "").strip(),
            "city": form.get("city", "").strip(),
            "country": form.get("country", ""),
        }
    portal.update_customer(visit.sandbox, visit.names["session_id"], changes=changes)
    return see_other(done_url(view, base=base_path(visit), message="details"))


def _details_page(
    visit: Visit, *, view: PortalView, form: Form, notice: Notice | None = None, status: int = 200
) -> Response:
    asked = allowed_updates(view)
    if not asked:
        raise PageRefused(403, "The shop does not let its customers change their details here.")
    context = {
        "asked": asked,
        "form": form,
        "notice": notice,
        "action": visit.path,
        "page_token": visit.page_token,
        "countries": country_choices(),
        "back_url": base_path(visit),
    }
    return page("portal_details.html", context=context, status=status, return_urls=return_urls(view))
