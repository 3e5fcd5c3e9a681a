"""The plans on sale, with prices and features."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.shapes.plans import PlanSerializer, PlansSerializer
from billing.api.view import ApiView
from billing.selectors.catalogue import offered_plan, offered_plans
from billing.terms import ApiScope


class PlansView(ApiView):
    read_scope = ApiScope.CATALOGUE_READ

    @extend_schema(operation_id="list_plans", tags=["Plans"], responses=PlansSerializer)
    def get(self, request: Request) -> Response:
        """Every plan on sale, from low to high, with all its prices and features."""
        return Response(PlansSerializer({"data": offered_plans()}).data)


class PlanView(ApiView):
    read_scope = ApiScope.CATALOGUE_READ

    @extend_schema(operation_id="get_plan", tags=["Plans"], responses=PlanSerializer)
    def get(self, request: Request, code: str) -> Response:
        """One plan on sale, by its code."""
        return Response(PlanSerializer(offered_plan(code)).data)
