"""Where webhooks go, and what became of each."""

from typing import Any

from rest_framework import serializers

from billing.api.shapes.fields import Body, Text, Word
from billing.api.shapes.words import words_of
from billing.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.rules.webhook_url import LONGEST_URL
from billing.selectors.webhook_endpoints import DeliveryStory
from billing.services.save_webhook_endpoint import LONGEST_DESCRIPTION
from billing.terms.outgoing import CHOOSABLE_KINDS, DeliveryState, DisabledReason, OutgoingKind

_KINDS = [(kind.value, kind.name) for kind in CHOOSABLE_KINDS]
_URL_HELP = "Begins with `https://` and leads to public addresses only; redirects are not followed."


class WebhookEndpointSerializer(serializers.Serializer[WebhookEndpoint]):
    id = serializers.UUIDField(source="uuid")
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(child=serializers.ChoiceField(_KINDS), help_text="The types of event it is told.")
    is_disabled = serializers.BooleanField()
    disabled_reason = Word(words_of(DisabledReason))
    disabled_at = serializers.DateTimeField(allow_null=True)
    failures_in_a_row = serializers.IntegerField()
    last_delivered_at = serializers.DateTimeField(allow_null=True)
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the secret before the present one signs as well."
    )
    created_at = serializers.DateTimeField()


class WebhookEndpointsSerializer(serializers.Serializer[Any]):
    """The oldest first; ten at most."""

    data = WebhookEndpointSerializer(many=True)  # type: ignore[assignment]  # A field, which the metaclass takes away.


class WebhookSecretSerializer(serializers.Serializer[Any]):
    endpoint = WebhookEndpointSerializer()
    secret = serializers.CharField(help_text="`whsec_…`: shown in this answer only.")


class WebhookEndpointBody(Body):
    url = Text(max_length=LONGEST_URL, trim_whitespace=False, help_text=_URL_HELP)
    description = Text(
        max_length=LONGEST_DESCRIPTION, allow_blank=True, default="", help_text="Your own name for it."
    )
    kinds = serializers.ListField(child=serializers.ChoiceField(_KINDS), min_length=1)


class WebhookEndpointChangeBody(Body):
    """What is left out stays as it is."""

    url = Text(max_length=LONGEST_URL, trim_whitespace=False, required=False, help_text=_URL_HELP)
    description = Text(max_length=LONGEST_DESCRIPTION, allow_blank=True, required=False)
    kinds = serializers.ListField(child=serializers.ChoiceField(_KINDS), min_length=1, required=False)


class WebhookDeliverySerializer(serializers.Serializer[WebhookDelivery]):
    id = serializers.UUIDField(source="uuid")
    endpoint = serializers.UUIDField(source="endpoint.uuid")
    event = serializers.CharField(source="event.public_id", help_text="The `webhook-id` of each try.")
    type = serializers.ChoiceField(words_of(OutgoingKind), source="event.kind")
    sequence = serializers.IntegerField(help_text="Its place in the order of this endpoint.")
    state = serializers.ChoiceField(words_of(DeliveryState))
    tries = serializers.IntegerField()
    next_try_at = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_next_try_at(self, row: WebhookDelivery) -> str | None:
        return row.run_at.isoformat() if row.state == DeliveryState.WAITING.value else None


class WebhookAttemptSerializer(serializers.Serializer[WebhookAttempt]):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(help_text="A stable word where there was no answer, else empty.")
    duration_ms = serializers.IntegerField()
    answer = serializers.CharField(help_text="The first kilobyte of it.")


class WebhookDeliveryStorySerializer(serializers.Serializer[DeliveryStory]):
    delivery = WebhookDeliverySerializer()
    attempts = WebhookAttemptSerializer(many=True)
    sent = serializers.CharField(help_text="What is sent, as text, laid out to be read.")
