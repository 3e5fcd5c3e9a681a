"""The subscription, how it stands, and what may be done with it now; what was decided about it."""

from enum import StrEnum
from typing import Any

from rest_framework import serializers

from billing.api.shapes.cards import CardSerializer
from billing.api.shapes.fields import Body, Day, Text, Whole, Word, YesOrNo
from billing.api.shapes.money import money, money_or_none
from billing.api.shapes.previews import ExceededSerializer
from billing.api.shapes.words import words_of
from billing.models import SeatChange
from billing.rules.cancellation import LONGEST_COMMENT
from billing.selectors.change_progress import ChangeProgress
from billing.selectors.payment_failure import DeclineCause
from billing.selectors.planned_change import PlannedChange
from billing.selectors.seats import Seats
from billing.selectors.whole_state import SubscriptionSummary
from billing.terms import (
    CancellationReason,
    ChangeBehaviour,
    IntentState,
    Interval,
    LifecycleState,
    PlanChangeState,
    SubscriptionAction,
    SubscriptionStatus,
)


class CancelWhen(StrEnum):
    """When what is paid ends, on a day, or at once."""

    PERIOD_END = "period_end"
    DAY = "day"
    NOW = "now"


class SeatsSerializer(serializers.Serializer[Seats]):
    """`billed` is what the next invoice asks for; `held` are paid until the period ends, never fewer."""

    billed = serializers.IntegerField()
    held = serializers.IntegerField()
    used = serializers.IntegerField()
    minimum = serializers.IntegerField(source="terms.minimum")
    maximum = serializers.IntegerField(source="terms.maximum")


class PlannedChangeSerializer(serializers.Serializer[PlannedChange]):
    """A plan that begins when the paid period ends."""

    from_plan = serializers.CharField()
    to_plan = serializers.CharField()
    lookup_key = serializers.CharField()
    at = serializers.DateTimeField()
    price_before = money(source="before")
    price_after = money(source="after")
    exceeded = ExceededSerializer(many=True)
    is_settled = serializers.BooleanField(help_text="Stripe has been told.")


class SubscriptionSerializer(serializers.Serializer[SubscriptionSummary]):
    """Without a subscription `id` is empty, `status` is `null`, and the plan is what may be used all the same."""

    id = serializers.CharField(source="stripe_subscription_id", help_text="Stripe's id, `sub_…`.")
    state = serializers.ChoiceField(words_of(LifecycleState), help_text="How it stands with us.")
    status = Word(words_of(SubscriptionStatus), help_text="Stripe's word.")
    actions = serializers.ListField(
        child=serializers.ChoiceField(words_of(SubscriptionAction)), help_text="What may be done now."
    )
    plan_code = serializers.CharField()
    plan_name = serializers.CharField()
    lookup_key = serializers.CharField()
    interval = Word(words_of(Interval))
    price = money_or_none(help_text="Of one period, all seats, before tax and discount.")
    quantity = serializers.IntegerField(allow_null=True)
    seats = SeatsSerializer(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)
    current_period_start = serializers.DateTimeField(allow_null=True)
    current_period_end = serializers.DateTimeField(allow_null=True)
    trial_ends_at = serializers.DateTimeField(allow_null=True)
    cancel_at = serializers.DateTimeField(allow_null=True)
    paused_from = serializers.DateTimeField(allow_null=True, help_text="What was paid ends then.")
    resumes_at = serializers.DateTimeField(allow_null=True)
    next_charge_at = serializers.DateTimeField(allow_null=True)
    next_charge = money_or_none(help_text="Before tax and discount, if nothing else changes.")
    terms_days = serializers.IntegerField(
        allow_null=True, help_text="Where invoices are sent and no card is charged."
    )
    card = CardSerializer(allow_null=True)
    planned_change = PlannedChangeSerializer(source="planned", allow_null=True)
    unpaid_change = serializers.UUIDField(source="unpaid_change.uuid", allow_null=True, default=None)


class PlanChangeSerializer(serializers.Serializer[ChangeProgress]):
    """A change of plan that was decided. `awaiting_payment`: it happens when its invoice is paid, at `pay_url`."""

    id = serializers.UUIDField(source="change.uuid")
    state = serializers.ChoiceField(words_of(PlanChangeState), source="change.state")
    behaviour = serializers.ChoiceField(words_of(ChangeBehaviour), source="change.behaviour")
    lookup_key = serializers.CharField(source="change.price.lookup_key")
    before_name = serializers.CharField()
    after_name = serializers.CharField()
    seats = serializers.IntegerField(source="change.quantity")
    effective_at = serializers.DateTimeField(source="change.effective_at", allow_null=True)
    amount = money_or_none(help_text="Of the invoice that the change makes.")
    is_paid = serializers.BooleanField()
    pay_url = serializers.CharField(help_text="Empty where there is nothing to pay.")
    needs_confirmation = serializers.BooleanField(help_text="The bank wants the word of the card's owner.")
    decline_cause = serializers.ChoiceField(words_of(DeclineCause), source="cause", allow_null=True)
    created_at = serializers.DateTimeField(source="change.created_at")


class SeatChangeSerializer(serializers.Serializer[SeatChange]):
    """`held_seats` can be used until the paid period ends, `seats` from then."""

    id = serializers.UUIDField(source="uuid")
    state = serializers.ChoiceField(words_of(IntentState))
    seats_before = serializers.IntegerField(source="from_quantity")
    seats = serializers.IntegerField(source="quantity")
    held_seats = serializers.IntegerField(source="held_quantity")
    behaviour = serializers.ChoiceField(words_of(ChangeBehaviour))
    period_end = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class CancelBody(Body):
    when = serializers.ChoiceField(words_of(CancelWhen), default=CancelWhen.PERIOD_END.value)
    ends_on = Day(required=False, allow_null=True, help_text="The day (UTC), with `when` = `day`.")
    reason = serializers.ChoiceField(words_of(CancellationReason), required=False)
    comment = Text(max_length=LONGEST_COMMENT, required=False, allow_blank=True, default="")
    wants_refund = YesOrNo(
        default=False, help_text="With `when` = `now`: ask our staff for what was paid for the rest of the period."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["when"] == CancelWhen.DAY) != (attrs.get("ends_on") is not None):
            raise serializers.ValidationError({"ends_on": ["A day belongs to `when` = `day`, and only to it."]})
        return attrs


class PauseBody(Body):
    """A number of months after the paid period, or the day (UTC) on which the plan goes on."""

    months = Whole(min_value=1, max_value=24, required=False, allow_null=True)
    resumes_on = Day(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("months") is None) == (attrs.get("resumes_on") is None):
            raise serializers.ValidationError({"months": ["Say either the months or the day."]})
        return attrs
