"""What a change would cost, as it was shown, and what has to be sent back to make just that change."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.api.shapes.cards import CardSerializer
from billing.api.shapes.fields import LARGEST_AMOUNT, Body, Id, Text, Whole
from billing.api.shapes.money import money, money_or_none
from billing.api.shapes.sessions import MOST_SEATS
from billing.api.shapes.words import words_of
from billing.rules.impact import Exceeded, Fate
from billing.selectors.change_page import ChangeInvoice, ChangeLine, ChangePage, FeatureChange
from billing.selectors.seat_page import ShownChange
from billing.services.resume import ResumeOffer
from billing.terms import ChangeBehaviour, ChangeDirection

_VALID = "The preview can be confirmed until then; business time."


class PreviewBody(Body):
    lookup_key = Text(max_length=200, help_text="A price on sale, from the list of plans.")
    seats = Whole(
        min_value=1,
        max_value=MOST_SEATS,
        required=False,
        allow_null=True,
        help_text="For a plan with seats; without it they stay, or are as many as there are people.",
    )


class SeatPreviewBody(Body):
    seats = Whole(min_value=1, max_value=MOST_SEATS)


class ConfirmBody(Body):
    """What a preview gave as `confirm`, sent back unchanged."""

    preview = Id()
    shown_minor = Whole(
        min_value=-LARGEST_AMOUNT, max_value=LARGEST_AMOUNT, help_text="The sum due now that the preview showed."
    )


class ResumeBody(Body):
    """What the preview gave as `confirm`, sent back unchanged."""

    shown_minor = Whole(
        min_value=0, max_value=LARGEST_AMOUNT, help_text="The sum due now that the preview showed; 0 for nothing."
    )


class ConfirmSerializer(serializers.Serializer[Any]):
    """Send this back to make the change for the sum that was shown."""

    preview = serializers.UUIDField()
    shown_minor = serializers.IntegerField()


class ResumeConfirmSerializer(serializers.Serializer[Any]):
    """Send this back to resume for the sum that was shown."""

    shown_minor = serializers.IntegerField()


class InvoiceLineSerializer(serializers.Serializer[ChangeLine]):
    amount = money()
    plan_name = serializers.CharField(help_text="Empty where the line is none of a plan of ours.")
    description = serializers.CharField(help_text="Stripe's words.")
    seats = serializers.IntegerField()
    is_credit = serializers.BooleanField()
    is_part = serializers.BooleanField(help_text="For a part of a period.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class PreviewedInvoiceSerializer(serializers.Serializer[ChangeInvoice]):
    """An invoice as Stripe would make it. What is nothing is `null`; `discount` is below zero."""

    lines = InvoiceLineSerializer(many=True)
    subtotal = money()
    discount = money_or_none()
    tax = money_or_none()
    balance = money_or_none(help_text="Of the customer's balance.")
    due = money()
    credit_left = money_or_none()
    falls_due_at = serializers.DateTimeField(allow_null=True)


class FeatureChangeSerializer(serializers.Serializer[FeatureChange]):
    name = serializers.CharField()
    before = serializers.CharField(help_text="Empty where it was not there.")
    after = serializers.CharField(help_text="Empty where it is not there any more.")


class ExceededSerializer(serializers.Serializer[Exceeded]):
    """A limit of the other plan that the present use is above. Nothing is deleted."""

    code = serializers.CharField()
    name = serializers.CharField()
    used = serializers.IntegerField()
    limit = serializers.IntegerField()
    over = serializers.IntegerField()
    fate = serializers.ChoiceField(words_of(Fate), help_text="What becomes of what is above it.")


class ChangePreviewSerializer(serializers.Serializer[ChangePage]):
    """What a change of plan costs. `now` is `null` where nothing is billed at once."""

    id = serializers.UUIDField(source="preview.uuid")
    lookup_key = serializers.CharField(source="preview.price.lookup_key")
    plan_code = serializers.CharField(source="preview.price.plan.code")
    plan_name = serializers.CharField(source="after_name")
    before_name = serializers.CharField()
    seats = serializers.IntegerField(source="preview.quantity")
    direction = serializers.ChoiceField(words_of(ChangeDirection), source="preview.direction")
    behaviour = serializers.ChoiceField(words_of(ChangeBehaviour), source="preview.behaviour")
    is_at_once = serializers.BooleanField(help_text="Or it begins when the paid period ends.")
    effective_at = serializers.DateTimeField(source="preview.effective_at")
    price_before = money_or_none(source="before", help_text="Of one period, without discount and tax.")
    price_after = money(source="after", help_text="Of one period, without discount and tax.")
    now = PreviewedInvoiceSerializer(allow_null=True)
    next = PreviewedInvoiceSerializer(source="following")
    card = CardSerializer(allow_null=True)
    has_payment_method = serializers.BooleanField(source="has_method")
    gained = FeatureChangeSerializer(many=True)
    lost = FeatureChangeSerializer(many=True)
    exceeded = ExceededSerializer(many=True)
    valid_until = serializers.DateTimeField(help_text=_VALID)
    confirm = serializers.SerializerMethodField()

    @extend_schema_field(ConfirmSerializer)
    def get_confirm(self, page: ChangePage) -> dict[str, Any]:
        return _confirm(page.preview)


class SeatPreviewSerializer(serializers.Serializer[ShownChange]):
    """What another number of seats costs. `next_due` is `null` where another plan begins with the next period."""

    id = serializers.UUIDField(source="row.uuid")
    seats = serializers.IntegerField(source="row.quantity")
    seats_before = serializers.IntegerField(source="row.from_quantity")
    behaviour = serializers.ChoiceField(words_of(ChangeBehaviour), source="row.behaviour")
    takes_effect_later = serializers.BooleanField(help_text="The seats stay until the paid period ends.")
    effective_at = serializers.DateTimeField(source="row.effective_at")
    unit_price = money()
    due_now = money(help_text="Charged at once.")
    rest_of_period = money(source="rest", help_text="For the rest of this period, before tax.")
    discount = money()
    tax = money()
    credit = money()
    next_due = money_or_none()
    next_at = serializers.DateTimeField(source="row.next_at", allow_null=True)
    card = CardSerializer(allow_null=True)
    valid_until = serializers.DateTimeField(source="row.valid_until", help_text=_VALID)
    confirm = serializers.SerializerMethodField()

    @extend_schema_field(ConfirmSerializer)
    def get_confirm(self, shown: ShownChange) -> dict[str, Any]:
        return _confirm(shown.row)


class ResumePreviewSerializer(serializers.Serializer[ResumeOffer]):
    """What resuming at this moment charges; `due_now` is `null` where nothing is charged before `next_charge_at`."""

    due_now = money_or_none()
    next_charge_at = serializers.DateTimeField(source="next_at", allow_null=True)
    has_payment_method = serializers.BooleanField()
    confirm = serializers.SerializerMethodField()

    @extend_schema_field(ResumeConfirmSerializer)
    def get_confirm(self, offer: ResumeOffer) -> dict[str, Any]:
        return {"shown_minor": offer.due_now.amount_minor if offer.due_now else 0}


def _confirm(preview: Any) -> dict[str, Any]:
    return {"preview": str(preview.uuid), "shown_minor": preview.due_now_minor}
