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


def _navigation() -> list[dict[str, Any]]:
    return [
        _group(
            "Now",
            _item("Staff tasks", "assignment_late", "billing_stafftask"),
            _item("Dunning", "hourglass_bottom", "billing_dunningcase"),
            _item("Inbox", "inbox", "webhooks_inboxevent"),
            _item("Notices", "mail", "billing_notice"),
        ),
        _group(
            "Customers",
            _item("Organizations", "apartment", "accounts_organization"),
            _item("People", "person", "accounts_user"),
            _item("Subscriptions", "autorenew", "billing_subscription"),
            _item("Invoices", "receipt_long", "billing_invoice"),
            _item("Charge attempts", "credit_card", "billing_chargeattempt"),
            _item("Dunning tries", "replay", "billing_dunningattempt"),
            _item("Asked of dunning", "front_hand", "billing_caserequest"),
            _item("Blocked cards", "credit_card_off", "billing_cardblock"),
            _item("Refunds", "undo", "billing_refund"),
            _item("Disputes", "gavel", "billing_dispute"),
            _item("Early fraud warnings", "report", "billing_earlyfraudwarning"),
            _item("Credit notes", "request_quote", "billing_creditnote"),
            _item("Discounts", "percent", "billing_discount"),
            _item("Changes of discount", "price_change", "billing_discountchange"),
            _item("Schedules", "event_repeat", "billing_subscriptionschedule"),
            _item("Cards added", "add_card", "billing_cardsetup"),
            _item("Changes of card", "credit_score", "billing_paymentmethodchange"),
            _item("Checkouts", "shopping_cart_checkout", "billing_checkoutintent"),
            _item("Trials without card", "hourglass_top", "billing_localtrial"),
            _item("Changes of trials", "more_time", "billing_trialchange"),
            _item("Trials taken", "person_check", "billing_trialredemption"),
            _item("Trials refused", "credit_card_off", "billing_trialrefusal"),
            _item("Further trials", "volunteer_activism", "billing_trialallowance"),
            _item("Changes of plan", "swap_vert", "billing_planchange"),
            _item("Cancellations", "event_busy", "billing_cancelrequest"),
            _item("Pauses", "pause_circle", "billing_pauserequest"),
            _item("Details for Stripe", "contact_page", "billing_detailsrequest"),
            _item("Deletions", "delete_forever", "billing_erasure"),
            _item("Billing e-mails", "alternate_email", "billing_billingemailchange"),
            _item("Terms of payment", "calendar_month", "billing_invoicetermschange"),
            _item("Changes of seats", "group", "billing_seatchange"),
        ),
        _group(
            "Catalogue",
            _item("Plans", "sell", "billing_plan"),
            _item("Prices", "payments", "billing_price"),
            _item("Features", "toggle_on", "billing_feature"),
            _item("Dunning policies", "rule", "billing_dunningpolicy"),
            _item("Dunning rules", "alt_route", "billing_dunningrule"),
        ),
        _group(
            "Machinery",
            _item("Timeline", "timeline", "billing_transition"),
            _item("Audit", "fact_check", "billing_auditentry"),
            _item("Stripe account", "account_balance", "billing_stripeaccount"),
            _item("Stripe customers", "link", "billing_customer"),
            _item("Invoice payments", "payments", "billing_invoicepayment"),
            _item("Refreshes", "sync", "billing_work"),
            _item("Comparisons with Stripe", "compare_arrows", "billing_reconciliation"),
            _item("Differences", "difference", "billing_drift"),
            _item("Looks for missing events", "manage_search", "webhooks_backfill"),
            _item("Schedule", "schedule", "django_celery_beat_periodictask"),
        ),
    ]


def _group(title: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": title != "Now", "items": list(items)}


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
