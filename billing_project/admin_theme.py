"""How the admin looks and what stands in its sidebar; who may see a page is decided by that page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

# The accent and the greys of static/css/tokens.css, from light to dark.
_PETROL = {
    "50": "#f0f7f8",
    "100": "#e1eff0",
    "200": "#bfdfe2",
    "300": "#9fd3d8",
    "400": "#86d3d8",
    "500": "#4aa3ad",
    "600": "#0b4f5a",
    "700": "#083b44",
    "800": "#0a3239",
    "900": "#072a30",
    "950": "#06262b",
}
_SLATE = {
    "50": "#f7fafa",
    "100": "#f2f6f6",
    "200": "#d7e0e0",
    "300": "#b4c3c5",
    "400": "#93a6a9",
    "500": "#56696c",
    "600": "#3f5154",
    "700": "#36474a",
    "800": "#273538",
    "900": "#131c1e",
    "950": "#0c1314",
}


def admin_theme(*, product_name: str, uses_sandbox: bool, is_live: bool) -> dict[str, Any]:
    """The theme's settings; under the name it says whose money is moved here."""
    mode = "Sandbox" if uses_sandbox else "Live" if is_live else "Test mode"
    return {
        "SITE_TITLE": f"{product_name} staff",
        "SITE_HEADER": product_name,
        "SITE_SUBHEADER": f"Staff · {mode}",
        "SITE_SYMBOL": "waves",
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}],
        "SITE_URL": "/",
        "DASHBOARD_CALLBACK": "billing_project.front_page.add_figures",
        "SHOW_VIEW_ON_SITE": False,
        "SHOW_HISTORY": False,
        "BORDER_RADIUS": "6px",
        "COLORS": {"primary": _PETROL, "base": _SLATE},
        "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": _navigation()},
    }


_SIDEBAR: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Now": (
        ("Staff tasks", "assignment_late", "billing_stafftask"),
        ("Disputes", "gavel", "billing_dispute"),
        ("Dunning", "hourglass_bottom", "billing_dunningcase"),
        ("Refund requests", "currency_exchange", "billing_refundrequest"),
        ("Notices", "mail", "billing_notice"),
        ("Inbox", "inbox", "webhooks_inboxevent"),
    ),
    "Customers": (
        ("Organizations", "apartment", "accounts_organization"),
        ("People", "person", "accounts_user"),
        ("Subscriptions", "autorenew", "billing_subscription"),
        ("Invoices", "receipt_long", "billing_invoice"),
        ("Payments", "credit_card", "billing_chargeattempt"),
        ("Refunds", "undo", "billing_refund"),
        ("Notes", "edit_note", "billing_customernote"),
    ),
    "Money": (
        ("Credit notes", "request_quote", "billing_creditnote"),
        ("Credits", "savings", "billing_customercredit"),
        ("Discounts", "percent", "billing_discount"),
        ("Early fraud warnings", "report", "billing_earlyfraudwarning"),
        ("Invoice payments", "payments", "billing_invoicepayment"),
        ("Dunning tries", "replay", "billing_dunningattempt"),
        ("Asked of dunning", "front_hand", "billing_caserequest"),
        ("Blocked cards", "credit_card_off", "billing_cardblock"),
    ),
    "Asked for": (
        ("Checkouts", "shopping_cart_checkout", "billing_checkoutintent"),
        ("Changes of plan", "swap_vert", "billing_planchange"),
        ("Changes of seats", "group", "billing_seatchange"),
        ("Changes of discount", "price_change", "billing_discountchange"),
        ("Cancellations", "event_busy", "billing_cancelrequest"),
        ("Pauses", "pause_circle", "billing_pauserequest"),
        ("Cards added", "add_card", "billing_cardsetup"),
        ("Changes of card", "credit_score", "billing_paymentmethodchange"),
        ("Terms of payment", "calendar_month", "billing_invoicetermschange"),
        ("Details for Stripe", "contact_page", "billing_detailsrequest"),
        ("Billing e-mails", "alternate_email", "billing_billingemailchange"),
        ("Deletions", "delete_forever", "billing_erasure"),
    ),
    "Trials": (
        ("Trials without card", "hourglass_top", "billing_localtrial"),
        ("Changes of trials", "more_time", "billing_trialchange"),
        ("Trials taken", "person_check", "billing_trialredemption"),
        ("Trials refused", "credit_card_off", "billing_trialrefusal"),
        ("Further trials", "volunteer_activism", "billing_trialallowance"),
    ),
    "Catalogue": (
        ("Plans", "sell", "billing_plan"),
        ("Prices", "payments", "billing_price"),
        ("Features", "toggle_on", "billing_feature"),
        ("Dunning policies", "rule", "billing_dunningpolicy"),
        ("Dunning rules", "alt_route", "billing_dunningrule"),
        ("Refund limits", "speed", "billing_refundlimit"),
    ),
    "Machinery": (
        ("Timeline", "timeline", "billing_transition"),
        ("Audit", "fact_check", "billing_auditentry"),
        ("API keys", "key", "billing_apikey"),
        ("API requests", "api", "billing_apirequest"),
        ("Stripe account", "account_balance", "billing_stripeaccount"),
        ("Stripe customers", "link", "billing_customer"),
        ("Schedules", "event_repeat", "billing_subscriptionschedule"),
        ("Refreshes", "sync", "billing_work"),
        ("Webhooks go to", "webhook", "billing_webhookendpoint"),
        ("Webhooks sent", "outbox", "billing_webhookdelivery"),
        ("What webhooks told", "campaign", "billing_outgoingevent"),
        ("Comparisons with Stripe", "compare_arrows", "billing_reconciliation"),
        ("Differences", "difference", "billing_drift"),
        ("Looks for missing events", "manage_search", "webhooks_backfill"),
        ("Schedule", "schedule", "django_celery_beat_periodictask"),
    ),
}
"""Title, icon, and app and model as the admin's addresses name them, by group."""
_DAILY = ("Now", "Customers")


def _navigation() -> list[dict[str, Any]]:
    return [_group(title, *(_item(*entry) for entry in entries)) for title, entries in _SIDEBAR.items()]


def _group(title: str, *items: dict[str, Any]) -> dict[str, Any]:
    """Daily work stands open; the rest opens by a click, or where one of its pages is being looked at."""
    is_daily = title in _DAILY
    return {"title": title, "separator": title != "Now", "collapsible": not is_daily, "items": list(items)}


def _item(title: str, icon: str, model: str) -> dict[str, Any]:
    """One link; `model` is app and model as the admin's addresses name them."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": _may_view(model),
    }


def _may_view(model: str) -> Callable[[HttpRequest], bool]:
    app, _, name = model.rpartition("_")

    def has_permission(request: HttpRequest) -> bool:
        return request.user.has_perm(f"{app}.view_{name}") or request.user.has_perm(f"{app}.change_{name}")

    return has_permission
