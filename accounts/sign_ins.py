"""Keeps from where people signed in, for as long as the settings say; what is shown of it is others' business."""

from datetime import datetime, timedelta

from django.conf import settings

from accounts.consent import USER_AGENT_LENGTH
from accounts.models import SignIn, User

_BATCH_ROWS = 5000


def record_sign_in(user: User, *, request_ip: str | None, user_agent: str) -> SignIn:
    """Add one row; a longer user agent is cut."""
    return SignIn.objects.create(user=user, ip_address=request_ip, user_agent=user_agent[:USER_AGENT_LENGTH])


def forget_old_sign_ins(now: datetime) -> int:
    """Delete those that are SIGN_IN_DAYS old, some at a time; how many. `now` is system time. Safe to repeat."""
    old = SignIn.objects.filter(created_at__lte=now - timedelta(days=settings.SIGN_IN_DAYS))
    return SignIn.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_BATCH_ROWS])).delete()[0]
