"""Organizations, who is in them and who is invited, in the admin."""

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import TabularInline

from accounts.admin.recorded import RecordedAdmin
from accounts.models import Invitation, Membership, Organization


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)
    show_change_link = True


@admin.register(Organization)
class OrganizationAdmin(RecordedAdmin):
    list_display = ("name", "email", "people", "created_at", "uuid")
    search_fields = ("name", "email", "uuid", "memberships__user__email")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    readonly_fields = ("customer_page", "uuid", "created_at")
    inlines = (MembershipInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Organization | None = None) -> tuple[str, ...]:
        """Both go to the payment provider, and a new e-mail must be confirmed: that is the billing details page's."""
        return (*self.readonly_fields, "name", "email") if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        """Stripe has to end everything first: its own page does that, and the command `erase_organization`."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        """The people of a row are counted for the rows of a page, not by grouping all of the table."""
        people = Membership.objects.filter(organization=OuterRef("pk")).order_by().values("organization")
        counted = people.annotate(number=Count("pk")).values("number")
        return super().get_queryset(request).annotate(people_count=Coalesce(Subquery(counted), 0))

    @admin.display(description="as a customer")
    def customer_page(self, organization: Organization) -> str:
        """The way to what it has, what it paid and what happened: a page that another part of the admin has."""
        if organization.pk is None:
            return "–"
        url = reverse("admin:billing_customerpage", args=[organization.pk])
        return format_html('<a class="font-medium underline" href="{}">Customer page of {}</a>', url, organization)

    @admin.display(description="people", ordering="people_count")
    def people(self, organization: Organization) -> int:
        count: int = organization.people_count  # type: ignore[attr-defined]
        return count


@admin.register(Membership)
class MembershipAdmin(RecordedAdmin):
    list_display = ("user", "organization", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "organization__name")
    autocomplete_fields = ("user", "organization")
    ordering = ("-created_at",)
    readonly_fields = ("uuid", "created_at")


@admin.register(Invitation)
class InvitationAdmin(RecordedAdmin):
    """To look at only: an invitation is sent from the team page, with its mail."""

    list_display = ("email", "organization", "role", "sent_at", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("role",)
    list_select_related = ("organization",)
    search_fields = ("email", "organization__name")
    date_hierarchy = "sent_at"
    ordering = ("-sent_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False
