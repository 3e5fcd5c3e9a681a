"""Takes back, in the caller's transaction, that only we collect: Stripe has just shown otherwise. It asks nobody."""

from django.conf import settings

from billing import clock
from billing.models import CollectionConfirmation, open_staff_task
from billing.selectors.collector import confirmation

_WHY_LENGTH = 200


def doubt_confirmation(why: str) -> bool:
    """Withdraw the confirmation that counts now, with one task for staff; True if there was one (rules O1, O3).

    From then on new cases are Stripe's to collect; open ones stay ours, each with its last look before every try.
    """
    row = None if settings.USES_SANDBOX else confirmation()
    if row is None:
        return False
    still = CollectionConfirmation.objects.filter(pk=row.pk, withdrawn_at=None)
    if not still.update(withdrawn_at=clock.system_now(), why_withdrawn=why[:_WHY_LENGTH]):
        return False
    open_staff_task(
        "collection_withdrawn",
        about=f"{row.stripe_account_id}:{row.pk}",
        summary=f"Own collection was withdrawn, and Stripe collects what fails now: {why}",
    )
    return True
