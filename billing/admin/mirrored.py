"""What the pages of mirrored objects share: whose an object is, its amount, and where to look further."""

from typing import Any

from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import NOTHING, find, link_to, link_to_list, words


class MirroredAdmin(ReadOnlyAdmin):
    """One kind of Stripe's objects; a subclass names its fields."""

    list_select_related = ["organization"]
    ordering = ["-id"]
    id_field = ""
    """The field that holds Stripe's id."""

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: Any) -> str:
        return str(row.organization or "Nobody we know")

    @display(description="Organization")
    def customer(self, row: Any) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Invoice")
    def invoice(self, row: Any) -> SafeString | str:
        return find("billing_invoice", row.stripe_invoice_id)

    @display(description="Charge")
    def charge(self, row: Any) -> SafeString | str:
        return find("billing_chargeattempt", row.stripe_charge_id)

    @display(description="Subscription")
    def subscription(self, row: Any) -> SafeString | str:
        return find("billing_subscription", row.stripe_subscription_id)

    @display(description="Customer")
    def stripe_customer(self, row: Any) -> SafeString | str:
        return find("billing_customer", row.stripe_customer_id)

    @display(description="Reason", ordering="reason")
    def shown_reason(self, row: Any) -> str:
        return words(row.reason)

    @display(description="Timeline")
    def timeline(self, row: Any) -> SafeString | str:
        return link_to_list("billing_transition", "What happened to it", q=getattr(row, self.id_field)) or NOTHING
