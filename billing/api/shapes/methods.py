"""Payment methods, and what was done with one."""

from rest_framework import serializers

from billing.api.shapes.cards import CardSerializer
from billing.api.shapes.fields import Body, YesOrNo
from billing.api.shapes.words import words_of
from billing.models import CardSetup, PaymentMethodChange
from billing.selectors.payment_methods import MethodRow, PaymentMethodPage
from billing.terms import CheckoutState, IntentState


class PaymentMethodSerializer(serializers.Serializer[MethodRow]):
    id = serializers.CharField(source="stripe_payment_method_id", help_text="Stripe's id, `pm_…`.")
    type = serializers.CharField(help_text="Stripe's word, such as `card`.")
    card = CardSerializer(allow_null=True, help_text="`null` for what is no card.")
    is_default = serializers.BooleanField()
    pays_for = serializers.CharField(help_text="The plan that is charged to it, or empty.")
    is_expired = serializers.BooleanField()
    ends_too_early = serializers.BooleanField(help_text="It is good no longer when the plan is charged next.")


class PaymentMethodsSerializer(serializers.Serializer[PaymentMethodPage]):
    """What pays comes first."""

    data = PaymentMethodSerializer(many=True, source="rows")  # type: ignore[assignment]  # A field, which the metaclass takes away.
    next_charge_at = serializers.DateTimeField(allow_null=True)


class CardSessionBody(Body):
    becomes_default = YesOrNo(default=False, help_text="It is charged from now on.")


class CardSessionSerializer(serializers.Serializer[CardSetup]):
    """A hosted page that takes a card. Nothing is charged there."""

    id = serializers.UUIDField(source="uuid")
    state = serializers.ChoiceField(words_of(CheckoutState))
    url = serializers.CharField(help_text="Send the person there.")
    becomes_default = serializers.BooleanField()


class PaymentMethodChangeSerializer(serializers.Serializer[PaymentMethodChange]):
    id = serializers.UUIDField(source="uuid")
    action = serializers.ChoiceField(words_of(PaymentMethodChange.Action))
    payment_method = serializers.CharField(source="stripe_payment_method_id")
    state = serializers.ChoiceField(words_of(IntentState))
