"""Decides what a visitor of `/p/session/{bps}` sees on the overview and where a deep link leads."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from stripe_sandbox.hosted import portal
from stripe_sandbox.hosted.portal import PortalView
from stripe_sandbox.pages import portal_view
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.portal_plan_view import is_enabled, plan_cards
from stripe_sandbox.pages.render import page, plain_page, see_other
from stripe_sandbox.pages.visit import Visit

MOST_INVOICES = 24

# What the overview says after a redirect. The address only picks a sentence, it never carries one.
MESSAGES = {
    "cancelled": "The cancellation is noted.",
    "ended": "The plan has ended.",
    "kept": "The cancellation is withdrawn. All goes on as before.",
    "card_added": "The new card is saved and is the default.",
    "card_refused": "The card was not confirmed with the bank, so it is not saved.",
    "card_default": "The default card is changed.",
    "card_removed": "The card is removed.",
    "details": "Your billing details are saved.",
    "plan_changed": "Your plan is changed.",
    "plan_planned": "The change is noted. Until then all stays as it is.",
    "plan_refused": "The payment was not confirmed with the bank, so your plan is as before.",
}


# After these an errand is over.
FINISHED = frozenset({"cancelled", "ended", "card_added", "plan_changed", "plan_planned"})


def base_path(visit: Visit) -> str:
    """Return the path of this portal session, without a trailing slash."""
    return f"/p/session/{visit.names['session_id']}"


def read(visit: Visit) -> PortalView:
    """Return this session; raise PageRefused if it is unknown (404) or too old (410)."""
    return portal.read_session(visit.sandbox, visit.names["session_id"])


def return_urls(view: PortalView) -> tuple[str | None, ...]:
    """Return the addresses outside the sandbox that a form of this session may end at."""
    after = (view.flow or {}).get("after_completion") or {}
    return portal.return_url(view), (after.get("redirect") or {}).get("return_url")


def show(visit: Visit) -> Response:
    """Show the overview; a session made for one errand leads straight to it, until that is done."""
    view = read(visit)
    errand = errand_url(view, base=base_path(visit))
    done = visit.query.get("done")
    if errand and done is None:
        return see_other(errand)
    if errand and done in FINISHED and _confirmation(view) is not None:
        return _confirmed(view, done=done)
    if errand and done in {"card_added", "plan_changed"}:
        # The bank's page leads here; an errand may have to go on to the shop.
        url = done_url(view, base=base_path(visit), message=done)
        return overview(visit, view=view) if url.startswith("/") else see_other(url)
    return overview(visit, view=view)


def _confirmation(view: PortalView) -> dict[str, str | None] | None:
    after = (view.flow or {}).get("after_completion") or {}
    confirmation: dict[str, str | None] | None = after.get("hosted_confirmation")
    return confirmation


def _confirmed(view: PortalView, *, done: str) -> Response:
    """Say that the errand is done, in the shop's words where it gave some."""
    own_words = (_confirmation(view) or {}).get("custom_message")
    url = portal.return_url(view)
    return plain_page(
        MESSAGES[done].rstrip("."),
        text=own_words or "Nothing more is to be done here.",
        status=200,
        way={"url": url, "label": _return_label(view)} if url else None,
    )


def _return_label(view: PortalView) -> str:
    return f"Back to {view.merchant_name}" if view.merchant_name else "Back"


def overview(visit: Visit, *, view: PortalView, notice: Notice | None = None, status: int = 200) -> Response:
    """Render the overview, with a banner when an action was refused."""
    base = base_path(visit)
    asked = allowed_updates(view)
    context = {
        "return_url": portal.return_url(view),
        "return_label": _return_label(view),
        "customer_label": view.customer.get("name") or view.customer.get("email") or "",
        "message": MESSAGES.get(visit.query.get("done", "")),
        "notice": notice,
        "page_token": visit.page_token,
        "plans": plan_cards(view, base=base),
        "shows_cards": is_enabled(view, "payment_method_update"),
        "cards": portal_view.card_rows(view, base=base),
        "add_card_url": f"{base}/cards/new",
        "shows_invoices": is_enabled(view, "invoice_history"),
        "invoices": portal_view.invoice_rows(view, most=MOST_INVOICES),
        "details": portal_view.detail_rows(view.customer, asked=asked) if asked else [],
        "details_url": f"{base}/details",
    }
    return page("portal.html", context=context, status=status, return_urls=return_urls(view))


def allowed_updates(view: PortalView) -> list[str]:
    """Return the customer fields that this portal may change; empty when the feature is off."""
    feature = view.features.get("customer_update") or {}
    return list(feature.get("allowed_updates") or []) if feature.get("enabled") else []


def errand_url(view: PortalView, *, base: str) -> str | None:
    """Return the page that ``flow_data`` names, or None for an ordinary session."""
    flow = view.flow or {}
    if flow.get("type") == "payment_method_update":
        return f"{base}/cards/new"
    if flow.get("type") == "subscription_cancel":
        return f"{base}/subscriptions/{flow['subscription_cancel']['subscription']}/cancel"
    if flow.get("type") == "subscription_update":
        return f"{base}/subscriptions/{flow['subscription_update']['subscription']}/change"
    if flow.get("type") == "subscription_update_confirm":
        order = flow["subscription_update_confirm"]
        item = order["items"][0]
        query = urlencode({"price": item["price"], "quantity": item["quantity"]})
        return f"{base}/subscriptions/{order['subscription']}/change/confirm?{query}"
    return None


def back_url(view: PortalView, *, base: str) -> str:
    """Return where leaving a page leads: the shop for an errand, else the overview."""
    if errand_url(view, base=base) is None:
        return base
    return portal.return_url(view) or f"{base}?done=left"


def done_url(view: PortalView, *, base: str, message: str) -> str:
    """Return where a finished action leads: as ``after_completion`` says, else the overview with a message."""
    after = (view.flow or {}).get("after_completion") or {}
    redirect = (after.get("redirect") or {}).get("return_url")
    if after.get("type") == "redirect" and redirect:
        return str(redirect)
    return f"{base}?done={message}"
