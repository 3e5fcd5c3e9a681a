"""Use case: forget what customers' programs were told long ago, and every try to tell them."""

from datetime import datetime, timedelta

from billing.models import OutgoingEvent, WebhookEndpoint

KEPT_FOR = timedelta(days=30)
"""As long as Stripe keeps its own events; the longest row of tries takes three days."""
_BATCH_ROWS = 500


def forget_outgoing_events(now: datetime, *, batches: int = 40) -> int:
    """Delete events that were recorded 30 days ago or earlier, with their deliveries; how many. System time.

    With them go secrets that were replaced and sign no more. Safe to repeat and to run at once.
    """
    WebhookEndpoint.objects.filter(previous_secret_until__lte=now).update(
        sealed_previous_secret="", previous_secret_until=None
    )
    old = OutgoingEvent.objects.filter(created_at__lte=now - KEPT_FOR)
    forgotten = 0
    for _ in range(batches):
        ids = list(old.order_by("pk").values_list("pk", flat=True)[:_BATCH_ROWS])
        if not ids:
            break
        OutgoingEvent.objects.filter(pk__in=ids).delete()
        forgotten += len(ids)
    return forgotten
