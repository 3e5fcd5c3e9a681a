"""Pausing a plan, and going on with it for the sum that was shown."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.given import read_body
from billing.api.shapes.previews import ResumeBody, ResumePreviewSerializer
from billing.api.shapes.subscription import PauseBody, SubscriptionSerializer
from billing.api.view import ApiView
from billing.clock import business_now
from billing.errors import PreviewStale
from billing.selectors.whole_state import subscription_summary
from billing.services.pause import PauseLength, pause
from billing.services.resume import ResumeOffer, resume, resume_offer
from billing.terms import ApiScope

_TAGS = ["Subscription"]


class PauseView(ApiView):
    write_scope = ApiScope.SUBSCRIPTION_WRITE

    @extend_schema(
        operation_id="pause_subscription",
        tags=_TAGS,
        request=PauseBody,
        responses=SubscriptionSerializer,
        examples=[OpenApiExample("For two months", {"months": 2}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Let nothing be charged from the end of the paid period on, until the pause ends by itself."""
        given = read_body(request, PauseBody)
        organization = self.caller.organization
        pause(
            organization,
            PauseLength(months=given.get("months") or 0, resumes_on=given.get("resumes_on")),
            request_key=self.request_key,
            actor=self.caller.actor,
            now=business_now(),
        )
        return Response(SubscriptionSerializer(subscription_summary(organization, business_now())).data)


class PreviewResumeView(ApiView):
    write_scope = ApiScope.SUBSCRIPTION_WRITE

    @extend_schema(operation_id="preview_resume", tags=_TAGS, request=None, responses={201: ResumePreviewSerializer})
    def post(self, request: Request) -> Response:
        """What resuming at this moment would charge. Charges nothing."""
        offer = resume_offer(self.caller.organization, business_now())
        return Response(ResumePreviewSerializer(offer).data, status=201)


class ResumeView(ApiView):
    write_scope = ApiScope.SUBSCRIPTION_WRITE

    @extend_schema(
        operation_id="resume_subscription",
        tags=_TAGS,
        request=ResumeBody,
        responses=SubscriptionSerializer,
        examples=[OpenApiExample("For the sum that was shown", {"shown_minor": 4800}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Go on with a paused plan, for the sum that the preview showed.

        Where another sum is due now it is refused as `preview_stale` (409) with `shown_minor` and a new `preview`.
        """
        given = read_body(request, ResumeBody)
        organization = self.caller.organization
        try:
            resume(
                organization,
                shown_minor=given["shown_minor"],
                request_key=self.request_key,
                actor=self.caller.actor,
                now=business_now(),
            )
        except PreviewStale:
            offer = resume_offer(organization, business_now())
            raise PreviewStale(shown_minor=given["shown_minor"], preview=_told(offer)) from None
        return Response(SubscriptionSerializer(subscription_summary(organization, business_now())).data)


def _told(offer: ResumeOffer) -> Any:
    return ResumePreviewSerializer(offer).data
