"""Where webhooks go: added, changed, switched off and on, tested, given another secret, removed."""

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.given import read_body
from billing.api.shapes.webhooks import (
    WebhookDeliverySerializer,
    WebhookEndpointBody,
    WebhookEndpointChangeBody,
    WebhookEndpointSerializer,
    WebhookEndpointsSerializer,
    WebhookSecretSerializer,
)
from billing.api.view import BILLING_ROLES, ApiView
from billing.clock import business_now, system_now
from billing.selectors.webhook_endpoints import endpoint_of, endpoints_of
from billing.services.redeliver_webhook import send_test_webhook
from billing.services.save_webhook_endpoint import add_webhook_endpoint, change_webhook_endpoint
from billing.services.switch_webhook_endpoint import (
    disable_webhook_endpoint,
    enable_webhook_endpoint,
    remove_webhook_endpoint,
    rotate_webhook_secret,
)
from billing.terms import ApiScope

_TAGS = ["Webhooks"]


class _WebhooksView(ApiView):
    read_scope = ApiScope.WEBHOOKS_READ
    write_scope = ApiScope.WEBHOOKS_WRITE
    read_roles = BILLING_ROLES


class WebhookEndpointsView(_WebhooksView):
    holds_secret = True

    @extend_schema(operation_id="list_webhook_endpoints", tags=_TAGS, responses=WebhookEndpointsSerializer)
    def get(self, request: Request) -> Response:
        """All addresses, the oldest first."""
        return Response(WebhookEndpointsSerializer({"data": endpoints_of(self.caller.organization)}).data)

    @extend_schema(
        operation_id="create_webhook_endpoint",
        tags=_TAGS,
        request=WebhookEndpointBody,
        responses={201: WebhookSecretSerializer},
        examples=[
            OpenApiExample(
                "The whole state after each change",
                {"url": "https://hooks.example.com/billing", "kinds": ["customer.state_changed"]},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Add an address. The secret that signs is in this answer only; the first event tells how things stand."""
        saved = add_webhook_endpoint(
            self.caller.organization,
            **read_body(request, WebhookEndpointBody),
            request_key=self.request_key,
            actor=self.caller.actor,
        )
        return Response(
            WebhookSecretSerializer({"endpoint": saved.endpoint, "secret": saved.secret}).data, status=201
        )


class WebhookEndpointView(_WebhooksView):
    @extend_schema(operation_id="get_webhook_endpoint", tags=_TAGS, responses=WebhookEndpointSerializer)
    def get(self, request: Request, endpoint_uuid: UUID) -> Response:
        """One address."""
        return Response(WebhookEndpointSerializer(endpoint_of(self.caller.organization, endpoint_uuid)).data)

    @extend_schema(
        operation_id="change_webhook_endpoint",
        tags=_TAGS,
        request=WebhookEndpointChangeBody,
        responses=WebhookEndpointSerializer,
    )
    def patch(self, request: Request, endpoint_uuid: UUID) -> Response:
        """Change where it is, its name, or what it is told from now on. The secret stays."""
        endpoint = change_webhook_endpoint(
            self.caller.organization,
            endpoint_uuid,
            **read_body(request, WebhookEndpointChangeBody),
            actor=self.caller.actor,
        )
        return Response(WebhookEndpointSerializer(endpoint).data)

    @extend_schema(operation_id="remove_webhook_endpoint", tags=_TAGS, request=None, responses={204: None})
    def delete(self, request: Request, endpoint_uuid: UUID) -> Response:
        """Remove an address with its secret and its log. What waits is not sent."""
        remove_webhook_endpoint(self.caller.organization, endpoint_uuid, actor=self.caller.actor)
        return Response(status=204)


class RotateWebhookView(_WebhooksView):
    holds_secret = True

    @extend_schema(operation_id="rotate_webhook_secret", tags=_TAGS, request=None, responses=WebhookSecretSerializer)
    def post(self, request: Request, endpoint_uuid: UUID) -> Response:
        """Replace the secret. Both sign for 24 hours; the new one is in this answer only."""
        renewed = rotate_webhook_secret(
            self.caller.organization,
            endpoint_uuid,
            request_key=self.request_key,
            actor=self.caller.actor,
            now=system_now(),
        )
        return Response(WebhookSecretSerializer({"endpoint": renewed.endpoint, "secret": renewed.secret}).data)


class DisableWebhookView(_WebhooksView):
    @extend_schema(
        operation_id="disable_webhook_endpoint", tags=_TAGS, request=None, responses=WebhookEndpointSerializer
    )
    def post(self, request: Request, endpoint_uuid: UUID) -> Response:
        """Send nothing there from now on; what happens meanwhile is not kept for it."""
        endpoint = disable_webhook_endpoint(
            self.caller.organization, endpoint_uuid, actor=self.caller.actor, now=system_now()
        )
        return Response(WebhookEndpointSerializer(endpoint).data)


class EnableWebhookView(_WebhooksView):
    @extend_schema(
        operation_id="enable_webhook_endpoint", tags=_TAGS, request=None, responses=WebhookEndpointSerializer
    )
    def post(self, request: Request, endpoint_uuid: UUID) -> Response:
        """Send there again: what had waited, in order, then the whole state as it is."""
        endpoint = enable_webhook_endpoint(
            self.caller.organization, endpoint_uuid, actor=self.caller.actor, now=system_now()
        )
        return Response(WebhookEndpointSerializer(endpoint).data)


class TestWebhookView(_WebhooksView):
    __test__ = False  # No class of tests, though it is named like one.

    @extend_schema(
        operation_id="test_webhook_endpoint", tags=_TAGS, request=None, responses={202: WebhookDeliverySerializer}
    )
    def post(self, request: Request, endpoint_uuid: UUID) -> Response:
        """Send `webhook.test` there, whatever the address has chosen."""
        delivery = send_test_webhook(
            self.caller.organization,
            endpoint_uuid,
            request_key=self.request_key,
            actor=self.caller.actor,
            now=business_now(),
        )
        return Response(WebhookDeliverySerializer(delivery).data, status=202)
