"""What may be used, of which plan, and the chain of reasons why."""

from typing import Any

from rest_framework import serializers

from billing.api.shapes.words import words_of
from billing.rules.catalogue import FeatureKind
from billing.rules.entitlement import Access
from billing.rules.explanation import Link
from billing.selectors.allowances import Allowance
from billing.terms import AccessFactKind, AccessReason


class AccessSerializer(serializers.Serializer[Access]):
    """The plan that may be used, why, and until when if nothing else happens."""

    plan_code = serializers.CharField(help_text="Empty where there is no plan at all.")
    plan_name = serializers.CharField()
    reason = serializers.ChoiceField(words_of(AccessReason))
    until = serializers.DateTimeField(allow_null=True)
    is_read_only = serializers.BooleanField(help_text="Unpaid for so long that nothing may be written.")
    read_only_at = serializers.DateTimeField(allow_null=True)


class EntitlementSerializer(serializers.Serializer[Allowance]):
    """A feature of the catalogue and what the plan gives of it. `used` is `null` where nothing is counted."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(words_of(FeatureKind))
    is_included = serializers.BooleanField()
    limit = serializers.IntegerField(allow_null=True, help_text="`null` for a flag and without limit.")
    is_unlimited = serializers.BooleanField()
    used = serializers.IntegerField(allow_null=True)
    is_over = serializers.BooleanField()


class EntitlementsSerializer(serializers.Serializer[Any]):
    access = AccessSerializer()
    data = EntitlementSerializer(many=True)  # type: ignore[assignment]  # A field, which the metaclass takes away.


class FactSerializer(serializers.Serializer[Any]):
    """What was known. `observed_at` is when we heard of it, `business_at` when it was so by business time."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(words_of(AccessFactKind))
    observed_at = serializers.DateTimeField()
    business_at = serializers.DateTimeField()


class ReasonSerializer(serializers.Serializer[Any]):
    link = serializers.ChoiceField(words_of(Link))
    text = serializers.CharField()
    ids = serializers.DictField(child=serializers.CharField())
    fact = FactSerializer(allow_null=True)
    transition_ids = serializers.ListField(child=serializers.IntegerField())
    event_ids = serializers.ListField(child=serializers.CharField(), help_text="Stripe's events, `evt_…`.")
    audit_ids = serializers.ListField(child=serializers.CharField())


class ExplanationSerializer(serializers.Serializer[Any]):
    """`limit` is 0 for none, and `null` without limit and for a flag that is on."""

    feature = serializers.CharField()
    at = serializers.DateTimeField()
    allowed = serializers.BooleanField()
    limit = serializers.IntegerField(allow_null=True)
    unlimited = serializers.BooleanField()
    plan = serializers.CharField(help_text="Its code.")
    reason = serializers.ChoiceField(words_of(AccessReason))
    read_only = serializers.BooleanField()  # type: ignore[assignment]  # A field of the answer, not of the class.
    until = serializers.DateTimeField(allow_null=True)
    chain = ReasonSerializer(many=True)

    def to_representation(self, instance: dict[str, Any]) -> dict[str, Any]:
        """It is plain already, and the same as staff see."""
        return instance
