"""Hosted pages of Stripe's: a checkout that sells a plan, and the portal."""

from rest_framework import serializers

from billing.api.shapes.fields import Accepted, Body, Text, Whole
from billing.api.shapes.words import words_of
from billing.models import CheckoutIntent
from billing.rules.return_urls import RETURN_PATHS
from billing.terms import CheckoutState

MOST_SEATS = 999_999


class CheckoutSessionBody(Body):
    lookup_key = Text(max_length=200, help_text="A price on sale, from the list of plans.")
    accepts_terms = Accepted(help_text="Whoever buys has accepted the terms.")
    seats = Whole(
        min_value=1,
        max_value=MOST_SEATS,
        required=False,
        allow_null=True,
        help_text="For a plan with seats; without it, as many as there are people.",
    )
    promotion_code = Text(max_length=100, required=False, allow_blank=True, default="")


class CheckoutSessionSerializer(serializers.Serializer[CheckoutIntent]):
    """Nothing is bought before the hosted page is filled in. It is open for a day."""

    id = serializers.UUIDField(source="uuid")
    state = serializers.ChoiceField(words_of(CheckoutState))
    url = serializers.CharField(help_text="Send the person there.")
    lookup_key = serializers.CharField(source="price.lookup_key")
    seats = serializers.IntegerField(source="quantity")
    trial_days = serializers.IntegerField()
    promotion_code = serializers.CharField()
    created_at = serializers.DateTimeField()


class PortalSessionBody(Body):
    return_to = serializers.ChoiceField(
        [(name, name) for name in RETURN_PATHS if name not in ("card_added", "checkout")],
        default="billing",
        help_text="The page that the way back leads to. A name of this list, never an address.",
    )


class PortalSessionSerializer(serializers.Serializer[dict[str, str]]):
    url = serializers.CharField(help_text="Send the person there within a few minutes.")
