"""An organization whose program wants to hear of changes: its address is a real receiver, and time can pass."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import F
from django.utils import timezone

from accounts.models import Organization, User
from billing import reactions
from billing.models import OutgoingEvent, Price, Subscription, Transition, WebhookDelivery, WebhookEndpoint
from billing.services.save_webhook_endpoint import add_webhook_endpoint
from billing.services.send_webhooks import send_due_webhooks
from billing.terms.outgoing import CHOOSABLE_KINDS
from tests.billing.factories import NOW, PriceFactory, SubscriptionFactory
from tests.billing.receiver import Receiver
from tests.factories import MembershipFactory

ALL_BUT_STATE = tuple(kind.value for kind in CHOOSABLE_KINDS if kind.value != "customer.state_changed")


@dataclass
class Hooked:
    organization: Organization
    owner: User
    endpoint: WebhookEndpoint
    secret: str
    subscription: Subscription
    receiver: Receiver

    @classmethod
    def at(
        cls, receiver: Receiver, *, kinds: tuple[str, ...] = ALL_BUT_STATE, owner: str = "alice@oakline.example"
    ) -> "Hooked":
        membership = MembershipFactory(user__email=owner, organization__name="Oakline Studio")
        saved = add_webhook_endpoint(
            membership.organization,
            url=receiver.url,
            description="Our CRM",
            kinds=kinds,
            request_key=uuid4(),
            actor=membership.user,
        )
        price = Price.objects.first() or PriceFactory()
        return cls(
            membership.organization,
            membership.user,
            saved.endpoint,
            saved.secret,
            SubscriptionFactory(organization=membership.organization, price=price),
            receiver,
        )

    def happen(self, to_state: str = "past_due", *, from_state: str = "active", **changed: Any) -> Transition:
        """The subscription comes to another state, and what follows is recorded."""
        values = {
            "kind": "subscription",
            "stripe_id": self.subscription.stripe_subscription_id,
            "organization": self.organization,
            "livemode": False,
            "business_at": NOW,
            **changed,
        }
        transition = Transition.objects.create(from_state=from_state, to_state=to_state, **values)
        if values["kind"] == "subscription":
            Subscription.objects.filter(pk=self.subscription.pk).update(status=to_state)
        reactions.run_due(NOW)
        return transition

    def send(self, **more: Any) -> int:
        return send_due_webhooks(timezone.now(), **more)

    def pass_time(self, duration: timedelta) -> None:
        """As if all that is written of webhooks had been so much earlier."""
        WebhookDelivery.objects.update(run_at=F("run_at") - duration, created_at=F("created_at") - duration)
        OutgoingEvent.objects.update(created_at=F("created_at") - duration)
        for name in ("failing_since", "lease_until", "state_check_at", "previous_secret_until"):
            earlier = {name: F(name) - duration}
            WebhookEndpoint.objects.exclude(**{name: None}).update(**earlier)
        self.endpoint.refresh_from_db()

    def states(self) -> list[str]:
        return list(WebhookDelivery.objects.order_by("sequence").values_list("state", flat=True))

    def next_in(self) -> timedelta:
        """How long until the only delivery that waits is tried again."""
        run_at: datetime = WebhookDelivery.objects.get(state="waiting").run_at
        return run_at - timezone.now()
