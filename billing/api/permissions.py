"""Opens an API view only to a plan with a feature, or while it may be written; what stays closed answers 402."""

from typing import ClassVar

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from billing.api.caller import caller_of
from billing.clock import business_now
from billing.errors import ReadOnly
from billing.selectors.entitlements import entitlements_for, feature_missing


class RequiresFeature(BasePermission):
    """`permission_classes = [feature_permission("exports")]` of an `ApiView`."""

    feature: ClassVar[str] = ""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """False (403) without an organization. Raises FeatureMissing (402) where the plan lacks the feature."""
        caller = caller_of(request)
        if caller is None:
            return False
        if entitlements_for(caller.organization, business_now()).has(self.feature):
            return True
        raise feature_missing(caller.organization, self.feature)


def feature_permission(feature: str) -> type[RequiresFeature]:
    """A permission class for one feature, by its code in the catalogue."""
    return type("RequiresFeature", (RequiresFeature,), {"feature": feature})


class RequiresWriting(BasePermission):
    """`permission_classes = [RequiresWriting]` of an `ApiView`: what only reads stays open."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """False (403) without an organization. Raises ReadOnly (402) for a write in the read-only days of a plan."""
        caller = caller_of(request)
        if caller is None:
            return False
        if request.method in SAFE_METHODS:
            return True
        access = entitlements_for(caller.organization, business_now())
        if access.is_read_only:
            raise ReadOnly(read_only_at=access.read_only_at, closes_at=access.until)
        return True
