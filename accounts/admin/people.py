"""People and their consents in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.admin.recorded import RecordedAdmin
from accounts.models import Consent, Membership, User


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("organization",)
    show_change_link = True


@admin.register(User)
class UserAdmin(DjangoUserAdmin, RecordedAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "full_name", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("email", "full_name", "memberships__organization__name")
    ordering = ("-date_joined",)
    readonly_fields = ("date_joined", "last_login")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "full_name")}),
        ("What they may do", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "full_name", "usable_password", "password1", "password2", "is_staff"),
            },
        ),
    )


@admin.register(Consent)
class ConsentAdmin(RecordedAdmin):
    """Rows can be erased, never written or changed here."""

    list_display = ("created_at", "user", "organization", "occasion", "terms_version", "ip_address")
    list_filter = ("occasion", "terms_version")
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "organization__name", "ip_address")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        return False


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(RecordedAdmin):
    """Django's groups in the theme of the rest."""

    search_fields = ("name",)
    filter_horizontal = ("permissions",)
