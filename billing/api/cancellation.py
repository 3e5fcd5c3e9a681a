"""Leaving, at the end of what is paid, on a day or at once, and taking that back."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.given import read_body
from billing.api.shapes.subscription import CancelBody, CancelWhen, SubscriptionSerializer
from billing.api.view import ApiView
from billing.clock import business_now
from billing.selectors.whole_state import subscription_summary
from billing.services.cancel_now import Leaving, cancel_now
from billing.services.cancellation import cancel_at_date, cancel_at_period_end, undo_cancellation
from billing.terms import ApiScope

_TAGS = ["Subscription"]


class CancelView(ApiView):
    write_scope = ApiScope.SUBSCRIPTION_WRITE

    @extend_schema(
        operation_id="cancel_subscription",
        tags=_TAGS,
        request=CancelBody,
        responses=SubscriptionSerializer,
        examples=[
            OpenApiExample("When what is paid ends", {"when": "period_end", "reason": "unused"}, request_only=True),
            OpenApiExample("On a day", {"when": "day", "ends_on": "2027-01-31"}, request_only=True),
            OpenApiExample("At once", {"when": "now", "wants_refund": True}, request_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """End the subscription. The answer is how it stands then."""
        given = read_body(request, CancelBody)
        wish: dict[str, Any] = {
            "request_key": self.request_key,
            "actor": self.caller.actor,
            "now": business_now(),
        }
        said = {"reason": given.get("reason", ""), "comment": given["comment"]}
        organization = self.caller.organization
        if given["when"] == CancelWhen.NOW:
            cancel_now(organization, Leaving(**said, wants_refund=given["wants_refund"]), **wish)
        elif given["when"] == CancelWhen.DAY:
            cancel_at_date(organization, ends_on=given["ends_on"], **said, **wish)
        else:
            cancel_at_period_end(organization, **said, **wish)
        return Response(SubscriptionSerializer(subscription_summary(organization, business_now())).data)


class UndoCancelView(ApiView):
    write_scope = ApiScope.SUBSCRIPTION_WRITE

    @extend_schema(operation_id="undo_cancellation", tags=_TAGS, request=None, responses=SubscriptionSerializer)
    def post(self, request: Request) -> Response:
        """Take a cancellation back while the plan still runs."""
        organization = self.caller.organization
        undo_cancellation(organization, request_key=self.request_key, actor=self.caller.actor, now=business_now())
        return Response(SubscriptionSerializer(subscription_summary(organization, business_now())).data)
