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
        return f"{mode_prefix()}{self.kind.value}/{self.stripe_id}"


def mode_prefix() -> str:
    """How the key of every object of the present mode begins."""
    mode = "live" if settings.STRIPE_LIVE_MODE else "test"
    return f"stripe/own/{mode}/"
