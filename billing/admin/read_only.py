"""Rows that staff look at and nobody changes by hand, a superuser neither."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts.admin.quick_list import QuickList


class NothingByHand:
    """No page of the admin adds, changes or deletes these rows; who may view them is a matter of permissions."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(NothingByHand, QuickList):
    """Fields that a subclass names are shown as text, because nobody may change them."""

    list_per_page = 50


class ReadOnlyInline(NothingByHand, TabularInline):
    extra = 0
    can_delete = False
    hide_title = True
