"""Decides what the portal asks before a cancellation, and what its forms accept about plans."""

from __future__ import annotations

from starlette.responses import Response

from stripe_sandbox.hosted import PageRefused, portal
from stripe_sandbox.hosted.portal import PortalView
from stripe_sandbox.pages import portal_plan_view
from stripe_sandbox.pages.card_form import Form
from stripe_sandbox.pages.portal import back_url, base_path, done_url, read, return_urls
from stripe_sandbox.pages.render import page, see_other
from stripe_sandbox.pages.visit import Visit
from stripe_sandbox.pages.words import date_text
from stripe_sandbox.store.unit import StripeObject

LONGEST_COMMENT = 500


def ask_cancel(visit: Visit) -> Response:
    """Ask whether to cancel: what ends when, what is not charged, reasons that one need not give."""
    view = read(visit)
    return _cancel_page(visit, view=view, form=Form())


def cancel(visit: Visit) -> Response:
    """Cancel as the configuration says, at the period's end or at once. Safe to repeat."""
    view = read(visit)
    subscription = _subscription(view, identifier=visit.names["subscription_id"])
    feedback = visit.form.get("feedback") or None
    comment = visit.form.get("comment", "").strip()
    if (feedback and feedback not in portal_plan_view.REASONS) or len(comment) > LONGEST_COMMENT:
        form = Form(values={"comment": comment[:LONGEST_COMMENT]})
        return _cancel_page(visit, view=view, form=form, status=422)
    portal.cancel_subscription(
        visit.sandbox,
        visit.names["session_id"],
        subscription_id=subscription["id"],
        feedback=feedback,
        comment=comment or None,
    )
    message = "ended" if _is_immediate(view) else "cancelled"
    return see_other(done_url(view, base=base_path(visit), message=message))


def keep(visit: Visit) -> Response:
    """Withdraw a cancellation that has not taken effect. Safe to repeat."""
    view = read(visit)
    subscription = _subscription(view, identifier=visit.names["subscription_id"])
    portal.undo_cancellation(visit.sandbox, visit.names["session_id"], subscription_id=subscription["id"])
    return see_other(done_url(view, base=base_path(visit), message="kept"))


def _subscription(view: PortalView, *, identifier: str) -> StripeObject:
    for subscription in view.subscriptions:
        if subscription["id"] == identifier:
            return subscription
    raise PageRefused(404, "This customer has no such subscription.")


def _is_immediate(view: PortalView) -> bool:
    return (view.features.get("subscription_cancel") or {}).get("mode") == "immediately"


def _cancel_page(visit: Visit, *, view: PortalView, form: Form, status: int = 200) -> Response:
    if not portal_plan_view.is_enabled(view, "subscription_cancel"):
        raise PageRefused(403, "The shop does not let its customers cancel here.")
    subscription = _subscription(view, identifier=visit.names["subscription_id"])
    is_immediate = _is_immediate(view)
    end_at = portal_plan_view.period_end_at(subscription)
    reasons = view.features["subscription_cancel"].get("cancellation_reason") or {}
    options = reasons.get("options") or []
    context = {
        "product": portal_plan_view.product_name(subscription),
        "consequence": portal_plan_view.cancel_consequence(subscription, is_immediate=is_immediate),
        "verb": "End it now" if is_immediate or end_at is None else f"Cancel on {date_text(end_at)}",
        "reasons": [(key, text) for key, text in portal_plan_view.REASONS.items() if key in options]
        if reasons.get("enabled")
        else [],
        "form": form,
        "action": visit.path,
        "page_token": visit.page_token,
        "back_url": back_url(view, base=base_path(visit)),
    }
    return page("portal_cancel.html", context=context, status=status, return_urls=return_urls(view))
