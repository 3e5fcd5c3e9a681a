"""All notes about customers; one is written and erased from the customer's page."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.decorators import display

from billing.admin.read_only import ReadOnlyAdmin
from billing.admin.shown import link_to
from billing.models import CustomerNote

_SHOWN_WORDS = 20


@admin.register(CustomerNote)
class CustomerNoteAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "payer", "author", "beginning"]
    list_select_related = ["organization", "author"]
    search_fields = ["=uuid", "=organization__email", "=author__email"]
    search_help_text = "A whole id of ours, or the whole e-mail of the organization or the author."
    ordering = ["-created_at", "-id"]
    readonly_fields = ["customer"]
    fieldsets = [(None, {"fields": ["customer", "author", "text", "created_at", "erased_at", "uuid"]})]

    @display(description="Organization", ordering="organization__name")
    def payer(self, row: CustomerNote) -> str:
        return str(row.organization)

    @display(description="Customer")
    def customer(self, row: CustomerNote) -> SafeString | str:
        return link_to(row.organization)

    @display(description="Note")
    def beginning(self, row: CustomerNote) -> str:
        return Truncator(row.text).words(_SHOWN_WORDS) or "Erased"
