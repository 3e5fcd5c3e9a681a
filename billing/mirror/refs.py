"""Names one object at Stripe; it knows nothing of its content."""

from dataclasses import dataclass

from django.conf import settings

from billing.terms import ObjectKind


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """An object's kind and Stripe id (`sub_…`)."""

    kind: ObjectKind
    stripe_id: str

    @property
    def key(self) -> str:
        """The name of its lease: provider, account, mode, kind, id."""
        mode = "live" if settings.STRIPE_LIVE_MODE else "test"
        return f"stripe/own/{mode}/{self.kind.value}/{self.stripe_id}"
