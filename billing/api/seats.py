"""Another number of seats: what it costs, and the change for just that sum."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.given import read_body, refuse_other_sum
from billing.api.shapes.previews import ConfirmBody, SeatPreviewBody, SeatPreviewSerializer
from billing.api.shapes.subscription import SeatChangeSerializer
from billing.api.view import ApiView
from billing.clock import business_now
from billing.errors import PreviewStale
from billing.selectors.change_page import preview_of
from billing.selectors.seat_page import shown_change
from billing.services.change_seats import change_seats
from billing.services.preview_seats import preview_seats
from billing.terms import ApiScope

_TAGS = ["Seats"]


class _SeatsView(ApiView):
    write_scope = ApiScope.SUBSCRIPTION_WRITE

    def preview(self, quantity: int) -> Any:
        organization, now = self.caller.organization, business_now()
        preview = preview_seats(organization, quantity=quantity, actor=self.caller.actor, now=now)
        return SeatPreviewSerializer(shown_change(organization, preview.uuid, now=now)).data


class PreviewSeatsView(_SeatsView):
    @extend_schema(
        operation_id="preview_seats",
        tags=_TAGS,
        request=SeatPreviewBody,
        responses={201: SeatPreviewSerializer},
        examples=[OpenApiExample("Eight seats", {"seats": 8}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """What another number of seats costs, to the unit, kept for half an hour. Charges nothing."""
        return Response(self.preview(read_body(request, SeatPreviewBody)["seats"]), status=201)


class ChangeSeatsView(_SeatsView):
    @extend_schema(
        operation_id="change_seats",
        tags=_TAGS,
        request=ConfirmBody,
        responses=SeatChangeSerializer,
        examples=[
            OpenApiExample(
                "As it was previewed",
                {"preview": "7f8c1b9e-3d1a-4f0e-9a53-5a4b1a1f6c2d", "shown_minor": 3200},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Change the seats as a preview showed it. More come at once, fewer when the paid period ends.

        A preview that holds no longer is refused as `preview_stale` (409): `before` is what was shown, `preview` is a
        new one to confirm.
        """
        given = read_body(request, ConfirmBody)
        organization, now = self.caller.organization, business_now()
        row = preview_of(organization, given["preview"])
        refuse_other_sum(given["shown_minor"], row)
        try:
            change = change_seats(
                organization,
                preview_uuid=row.uuid,
                request_key=self.request_key,
                actor=self.caller.actor,
                now=now,
            )
        except PreviewStale:
            shown = SeatPreviewSerializer(shown_change(organization, row.uuid, now=now)).data
            raise PreviewStale(before=shown, preview=self.preview(row.quantity)) from None
        return Response(SeatChangeSerializer(change).data)
