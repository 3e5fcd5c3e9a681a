"""A plan on sale, with its prices and what it gives."""

from rest_framework import serializers

from billing.api.shapes.money import money
from billing.api.shapes.words import words_of
from billing.rules.catalogue import FeatureKind, SeatTerms
from billing.selectors.catalogue import OfferedFeature, OfferedPlan, OfferedPrice
from billing.terms import Interval


class PlanFeatureSerializer(serializers.Serializer[OfferedFeature]):
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(words_of(FeatureKind), help_text="Something that is on or off, or a number.")
    is_included = serializers.BooleanField()
    is_unlimited = serializers.BooleanField()
    limit = serializers.IntegerField(allow_null=True, help_text="`null` for a flag and without limit.")
    text = serializers.CharField(help_text="Ready to show.")


class PlanPriceSerializer(serializers.Serializer[OfferedPrice]):
    lookup_key = serializers.CharField(help_text="What a preview, a change or a checkout names the price by.")
    interval = serializers.ChoiceField(words_of(Interval))
    price = money(source="money", help_text="Of one period, and of one seat where the plan has seats. Before tax.")


class SeatTermsSerializer(serializers.Serializer[SeatTerms]):
    minimum = serializers.IntegerField()
    maximum = serializers.IntegerField()


class PlanSerializer(serializers.Serializer[OfferedPlan]):
    """A plan on sale. `features` holds every feature of the catalogue in its order, also those that it lacks."""

    code = serializers.CharField()
    name = serializers.CharField()
    tagline = serializers.CharField()
    rank = serializers.IntegerField(help_text="A change to a plan of a higher rank is an upgrade.")
    trial_days = serializers.IntegerField()
    is_free = serializers.BooleanField()
    is_recommended = serializers.BooleanField()
    seats = SeatTermsSerializer(allow_null=True, help_text="`null` where the price is for the whole organization.")
    features = PlanFeatureSerializer(many=True)
    prices = PlanPriceSerializer(many=True)


class PlansSerializer(serializers.Serializer[dict[str, tuple[OfferedPlan, ...]]]):
    """From low to high."""

    data = PlanSerializer(many=True)  # type: ignore[assignment]  # A field, which the metaclass takes away.
