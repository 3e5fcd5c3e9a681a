"""Every method of every address below /api/v1/, the scope and the roles that open it, and the ids that it takes.

A new endpoint needs one line here: the test that walks the addresses fails without it.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.models import Role
from billing.terms import ApiScope

ALL = frozenset(Role)
BILLING = frozenset({Role.OWNER, Role.BILLING})


@dataclass(frozen=True)
class Line:
    """`ids` are arguments of the address, `names` fields of the body, each with the attribute of Others that has it.

    `feature` is one that the plan must include before anybody is let in.
    """

    method: str
    name: str
    scope: ApiScope
    roles: frozenset[Role] = ALL
    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    feature: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


@dataclass(frozen=True)
class Others:
    """What another organization has, by the ids that its own programs know."""

    invoice: str
    payment_method: str
    preview: UUID
    change: UUID
    webhook: UUID
    delivery: UUID


_WEBHOOK = {"endpoint_uuid": "webhook"}
_DELIVERY = {"delivery_uuid": "delivery"}


def _write(name: str, **more: Any) -> Line:
    return Line("POST", name, ApiScope.SUBSCRIPTION_WRITE, BILLING, **more)


LINES = [
    Line("GET", "exports", ApiScope.INVOICES_READ, feature="exports"),
    Line("GET", "organization", ApiScope.ORGANIZATION_READ),
    Line("GET", "plans", ApiScope.CATALOGUE_READ),
    Line("GET", "plan", ApiScope.CATALOGUE_READ),
    Line("GET", "customer_state", ApiScope.SUBSCRIPTION_READ),
    Line("GET", "entitlements", ApiScope.ENTITLEMENTS_READ),
    Line("GET", "entitlement", ApiScope.ENTITLEMENTS_READ),
    Line("GET", "explain_entitlement", ApiScope.ENTITLEMENTS_READ),
    Line("GET", "subscription", ApiScope.SUBSCRIPTION_READ),
    Line("GET", "invoices", ApiScope.INVOICES_READ),
    Line("GET", "invoice", ApiScope.INVOICES_READ, ids={"invoice": "invoice"}),
    Line("GET", "payment_methods", ApiScope.PAYMENT_METHODS_READ, BILLING),
    Line("GET", "plan_change", ApiScope.SUBSCRIPTION_READ, BILLING, ids={"change_uuid": "change"}),
    _write("preview_change", body={"lookup_key": "no_such_price"}),
    _write("change_plan", names={"preview": "preview"}, body={"shown_minor": 0}),
    _write("undo_planned_change"),
    _write("give_up_change", ids={"change_uuid": "change"}),
    _write("cancel"),
    _write("undo_cancel"),
    _write("pause", body={"months": 1}),
    _write("preview_resume"),
    _write("resume", body={"shown_minor": 0}),
    _write("preview_seats", body={"seats": 2}),
    _write("change_seats", names={"preview": "preview"}, body={"shown_minor": 0}),
    Line(
        "POST", "checkout_sessions", ApiScope.CHECKOUT_WRITE, BILLING, body={"lookup_key": "x", "accepts_terms": True}
    ),
    Line("POST", "portal_sessions", ApiScope.CHECKOUT_WRITE, BILLING),
    # Refused for its body, so that no page is opened at Stripe.
    Line("POST", "card_sessions", ApiScope.PAYMENT_METHODS_WRITE, BILLING, body={"becomes_default": "no"}),
    Line(
        "POST",
        "default_payment_method",
        ApiScope.PAYMENT_METHODS_WRITE,
        BILLING,
        ids={"payment_method": "payment_method"},
    ),
    Line(
        "POST",
        "remove_payment_method",
        ApiScope.PAYMENT_METHODS_WRITE,
        BILLING,
        ids={"payment_method": "payment_method"},
    ),
]
LINES += [
    Line("GET", "webhook_endpoints", ApiScope.WEBHOOKS_READ, BILLING),
    Line("GET", "webhook_endpoint", ApiScope.WEBHOOKS_READ, BILLING, ids=_WEBHOOK),
    Line("GET", "webhook_deliveries", ApiScope.WEBHOOKS_READ, BILLING, ids=_WEBHOOK),
    Line("GET", "webhook_delivery", ApiScope.WEBHOOKS_READ, BILLING, ids=_DELIVERY),
    # Refused for its address, so that nothing is added.
    Line(
        "POST",
        "webhook_endpoints",
        ApiScope.WEBHOOKS_WRITE,
        BILLING,
        body={"url": "https://10.0.0.1/", "kinds": ["invoice.paid"]},
    ),
    Line("PATCH", "webhook_endpoint", ApiScope.WEBHOOKS_WRITE, BILLING, ids=_WEBHOOK, body={"description": "Mine"}),
    Line("DELETE", "webhook_endpoint", ApiScope.WEBHOOKS_WRITE, BILLING, ids=_WEBHOOK),
    *(
        Line("POST", name, ApiScope.WEBHOOKS_WRITE, BILLING, ids=_WEBHOOK)
        for name in ("rotate_webhook", "disable_webhook", "enable_webhook", "test_webhook")
    ),
    Line("POST", "redeliver_webhook", ApiScope.WEBHOOKS_WRITE, BILLING, ids=_DELIVERY),
]
# Arguments that name nobody's own things.
SHARED_IDS = {
    "plan": {"code": "growth"},
    "entitlement": {"feature": "exports"},
    "explain_entitlement": {"feature": "exports"},
}
