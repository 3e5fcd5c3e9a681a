"""Use case: carry out a program's write once, however often it is sent, and repeat the answer that it got (A3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import Organization, User
from billing.errors import AnswerShownOnce, KeyReused, RequestRunning
from billing.models import ApiKey, ApiRequest
from billing.terms import ApiRequestState

# Longer than a request should run. One that runs longer meets its repeat in the services' own once-only rows.
_LEASE = timedelta(seconds=60)
_MOST_AT_ONCE = 1000
_LEAST_HOURS = 24


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent, and by whom. `caller` stays the same when a key is replaced; `body_hash` is SHA-256 in hex."""

    organization: Organization
    caller: str
    idempotency_key: str
    method: str
    path: str
    body_hash: str
    api_key: ApiKey | None = None
    user: User | None = None


def begin_request(sent: Sent, *, now: datetime) -> ApiRequest:
    """The row of this request: `answered`, with what was answered before, or `running`: then do it.

    An attempt that crashed, or got no answer worth repeating, is carried out again under the same `request_key`, by
    which the services know it. `now` is system time. Raises KeyReused for another request,
    RequestRunning, AnswerShownOnce.
    """
    try:
        with transaction.atomic():
            return ApiRequest.objects.create(
                organization=sent.organization,
                api_key=sent.api_key,
                user=sent.user,
                caller=sent.caller,
                idempotency_key=sent.idempotency_key,
                method=sent.method,
                path=sent.path,
                body_hash=sent.body_hash,
                created_at=now,
                lease_until=now + _LEASE,
            )
    except IntegrityError:
        return _again(sent, now=now)


def _again(sent: Sent, *, now: datetime) -> ApiRequest:
    row = ApiRequest.objects.filter(
        organization=sent.organization, caller=sent.caller, idempotency_key=sent.idempotency_key
    ).first()
    if row is None:  # Swept between our two looks.
        raise RequestRunning()
    if (row.method, row.path, row.body_hash) != (sent.method, sent.path, sent.body_hash):
        raise KeyReused()
    if row.state == ApiRequestState.ANSWERED:
        if not row.answer and row.content_type:
            raise AnswerShownOnce()
        return row
    if row.state == ApiRequestState.RUNNING and row.lease_until > now:
        raise RequestRunning()
    return _take_over(row, now=now)


def _take_over(row: ApiRequest, *, now: datetime) -> ApiRequest:
    """The next attempt; of two that try, one gets it."""
    has_taken = (
        ApiRequest.objects.filter(pk=row.pk, attempt=row.attempt)
        .exclude(state=ApiRequestState.ANSWERED.value)
        .update(state=ApiRequestState.RUNNING.value, attempt=row.attempt + 1, lease_until=now + _LEASE)
    )
    if not has_taken:
        raise RequestRunning()
    row.refresh_from_db()
    return row


def answer_request(row: ApiRequest, *, status: int, answer: str, content_type: str, now: datetime) -> None:
    """Keep the answer of this attempt. Without `answer` its sender gets it this once. `now` is system time."""
    _of_this_attempt(row).update(
        state=ApiRequestState.ANSWERED.value, status=status, answer=answer, content_type=content_type, answered_at=now
    )


def release_request(row: ApiRequest) -> None:
    """This attempt came to nothing that stays: the same key may be carried out again at once."""
    _of_this_attempt(row).update(state=ApiRequestState.RELEASED.value)


def forget_requests(now: datetime) -> int:
    """Delete those that are older than `API_REPEAT_HOURS`; how many. `now` is system time. Safe to repeat."""
    old = ApiRequest.objects.filter(
        created_at__lt=now - timedelta(hours=max(settings.API_REPEAT_HOURS, _LEAST_HOURS))
    )
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:_MOST_AT_ONCE])
    return ApiRequest.objects.filter(pk__in=ids).delete()[0] if ids else 0


def _of_this_attempt(row: ApiRequest) -> QuerySet[ApiRequest]:
    return ApiRequest.objects.filter(pk=row.pk, attempt=row.attempt, state=ApiRequestState.RUNNING.value)
