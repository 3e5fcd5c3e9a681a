"""Another plan: what it would cost, the change for just that sum, how it stands, and taking it back."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.given import read_body, refuse_other_sum
from billing.api.shapes.previews import ChangePreviewSerializer, ConfirmBody, PreviewBody
from billing.api.shapes.subscription import PlanChangeSerializer
from billing.api.view import BILLING_ROLES, ApiView
from billing.clock import business_now
from billing.errors import PreviewStale
from billing.models import ChangePreview, PlanChange
from billing.selectors.change_page import change_page, preview_of
from billing.selectors.change_progress import change_progress
from billing.services.change_plan import change_plan
from billing.services.give_up_change import give_up_change
from billing.services.look_at_change import look_at_change
from billing.services.preview_change import preview_change
from billing.services.schedule_plan_change import schedule_plan_change, undo_scheduled_change
from billing.terms import ApiScope

_TAGS = ["Plan changes"]


class _ChangeView(ApiView):
    read_scope = ApiScope.SUBSCRIPTION_READ
    write_scope = ApiScope.SUBSCRIPTION_WRITE
    read_roles = BILLING_ROLES

    def preview(self, *, lookup_key: str, seats: int | None) -> ChangePreview:
        return preview_change(
            self.caller.organization,
            lookup_key=lookup_key,
            quantity=seats,
            actor=self.caller.actor,
            now=business_now(),
        )


class PreviewChangeView(_ChangeView):
    @extend_schema(
        operation_id="preview_change",
        tags=_TAGS,
        request=PreviewBody,
        responses={201: ChangePreviewSerializer},
        examples=[OpenApiExample("To a yearly plan", {"lookup_key": "scale_year_eur"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """What a change of plan costs, to the unit, asked of Stripe and kept for half an hour. Charges nothing."""
        given = read_body(request, PreviewBody)
        preview = self.preview(lookup_key=given["lookup_key"], seats=given.get("seats"))
        return Response(ChangePreviewSerializer(change_page(preview)).data, status=201)


class ChangePlanView(_ChangeView):
    @extend_schema(
        operation_id="change_plan",
        tags=_TAGS,
        request=ConfirmBody,
        responses=PlanChangeSerializer,
        examples=[
            OpenApiExample(
                "As it was previewed",
                {"preview": "7f8c1b9e-3d1a-4f0e-9a53-5a4b1a1f6c2d", "shown_minor": 8000},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Make the change that a preview showed, for that sum, or plan it for the end of the paid period.

        A preview that holds no longer is refused as `preview_stale` (409): `before` is what was shown, `preview` is a
        new one to confirm.
        """
        given = read_body(request, ConfirmBody)
        shown = preview_of(self.caller.organization, given["preview"])
        refuse_other_sum(given["shown_minor"], shown)
        try:
            made = (schedule_plan_change if shown.is_planned else change_plan)(
                self.caller.organization,
                preview_uuid=shown.uuid,
                request_key=self.request_key,
                actor=self.caller.actor,
                now=business_now(),
            )
        except PreviewStale:
            raise self._with_new_preview(shown) from None
        return Response(_told(made))

    def _with_new_preview(self, shown: ChangePreview) -> PreviewStale:
        """As the page does: the old sum beside the one that holds now."""
        renewed = self.preview(lookup_key=shown.price.lookup_key, seats=shown.quantity if _has_seats(shown) else None)
        return PreviewStale(before=_shown(shown), preview=_shown(renewed))


class UndoPlannedChangeView(_ChangeView):
    @extend_schema(operation_id="undo_planned_change", tags=_TAGS, request=None, responses=PlanChangeSerializer)
    def post(self, request: Request) -> Response:
        """Take a planned change back; `succeeded` where the new plan had begun already."""
        change = undo_scheduled_change(
            self.caller.organization, request_key=self.request_key, actor=self.caller.actor, now=business_now()
        )
        return Response(_told(change))


class PlanChangeView(_ChangeView):
    @extend_schema(operation_id="get_plan_change", tags=_TAGS, responses=PlanChangeSerializer)
    def get(self, request: Request, change_uuid: UUID) -> Response:
        """How a change stands at Stripe now. Ask again while it is `awaiting_payment`."""
        change = look_at_change(self.caller.organization, change_uuid=change_uuid, now=business_now())
        return Response(_told(change))


class GiveUpChangeView(_ChangeView):
    @extend_schema(operation_id="give_up_plan_change", tags=_TAGS, request=None, responses=PlanChangeSerializer)
    def post(self, request: Request, change_uuid: UUID) -> Response:
        """Give up a change that waits for its payment; `succeeded` where it was paid in this moment."""
        change = give_up_change(
            self.caller.organization,
            change_uuid=change_uuid,
            request_key=self.request_key,
            actor=self.caller.actor,
            now=business_now(),
        )
        return Response(_told(change))


def _told(change: PlanChange) -> Any:
    return PlanChangeSerializer(change_progress(change)).data


def _shown(preview: ChangePreview) -> Any:
    return ChangePreviewSerializer(change_page(preview)).data


def _has_seats(preview: ChangePreview) -> bool:
    return preview.price.plan.seat_terms is not None
