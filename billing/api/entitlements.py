"""What the organization may use, now or as it was known at any moment, and why."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.moments import read_moment
from billing.api.shapes.entitlements import EntitlementSerializer, EntitlementsSerializer, ExplanationSerializer
from billing.api.view import ApiView
from billing.clock import business_now
from billing.selectors.allowances import allowance_of, allowances_of, feature_of
from billing.selectors.entitlements import entitlements_for
from billing.selectors.explain import explain
from billing.terms import ApiScope

_TAGS = ["Entitlements"]


class EntitlementsView(ApiView):
    read_scope = ApiScope.ENTITLEMENTS_READ

    @extend_schema(operation_id="list_entitlements", tags=_TAGS, responses=EntitlementsSerializer)
    def get(self, request: Request) -> Response:
        """Every feature of the catalogue, and what the organization may use of it now."""
        organization = self.caller.organization
        access = entitlements_for(organization, business_now())
        told = {"access": access, "data": allowances_of(organization, access=access)}
        return Response(EntitlementsSerializer(told).data)


class EntitlementView(ApiView):
    read_scope = ApiScope.ENTITLEMENTS_READ

    @extend_schema(operation_id="get_entitlement", tags=_TAGS, responses=EntitlementSerializer)
    def get(self, request: Request, feature: str) -> Response:
        """What the organization may use of one feature now, by its code in the catalogue."""
        organization = self.caller.organization
        access = entitlements_for(organization, business_now())
        return Response(EntitlementSerializer(allowance_of(organization, feature, access=access)).data)


class ExplanationView(ApiView):
    read_scope = ApiScope.ENTITLEMENTS_READ

    @extend_schema(
        operation_id="explain_entitlement",
        tags=_TAGS,
        parameters=[
            OpenApiParameter("at", OpenApiTypes.DATETIME, description="The moment (business time); now without it.")
        ],
        responses=ExplanationSerializer,
    )
    def get(self, request: Request, feature: str) -> Response:
        """Why the organization may or may not use a feature, or might at any past moment, as it was known then.

        The chain goes from the plan to the answer; each link names the fact that it rests on, and what led to it.
        """
        at = read_moment(request, "at") or business_now()
        known = feature_of(feature)
        told: dict[str, Any] = explain(self.caller.organization, feature=known.code, at=at).as_json()
        return Response(ExplanationSerializer(told).data)
