"""Reads what stands about the refunds of a charge, and what a person may give back; it decides nothing."""

from datetime import datetime

from django.db.models import Q, Sum

from accounts.models import User
from billing.models import AuditEntry, ChargeAttempt, Dispute, Refund, RefundLimit, RefundPart, RefundRequest
from billing.rules.refund import DAY, Charged, Contest, Limit, Spent
from billing.selectors.staff import roles_of
from billing.terms import FREED_REFUND_STATES, ChargeStatus, RefundState, RefundStatus

_FREED = [state.value for state in FREED_REFUND_STATES]
_NOT_RETURNED = [RefundStatus.FAILED.value, RefundStatus.CANCELED.value]
TO_SEE_TO = (RefundState.FAILED.value, RefundState.CANCELED.value)


def charged(charge: ChargeAttempt, *, besides: RefundRequest | None = None) -> Charged:
    """What came in by it and what is spoken for, `besides` left out: our requests, and other refunds."""
    ours = RefundRequest.objects.filter(charge=charge)
    reserved = ours.exclude(state__in=_FREED)
    if besides is not None:
        reserved = reserved.exclude(pk=besides.pk)
    others = (
        Refund.objects.filter(stripe_charge_id=charge.stripe_charge_id)
        .exclude(status__in=_NOT_RETURNED)
        .exclude(stripe_refund_id__in=ours.exclude(stripe_refund_id=None).values("stripe_refund_id"))
        .exclude(request_uuid__in=[str(uuid) for uuid in ours.values_list("uuid", flat=True)])
    )
    is_captured = charge.status == ChargeStatus.SUCCEEDED
    contests = Dispute.objects.filter(stripe_charge_id=charge.stripe_charge_id)
    return Charged(
        captured_minor=charge.amount_captured_minor if is_captured else 0,
        reserved_minor=_sum(reserved) + _sum(others),
        currency=charge.currency,
        contests=tuple(Contest(row.status, row.amount_minor, row.is_charge_refundable) for row in contests),
    )


def limits_of(user: User, currency: str) -> tuple[Limit, ...]:
    """The limits of each of this person's roles in a currency; none where none was set."""
    rows = RefundLimit.objects.filter(currency=currency, role__in=[role.value for role in roles_of(user)])
    return tuple(Limit(row.per_charge_minor, row.per_day_minor, row.window_days) for row in rows)


def spent_by(user: User, charge: ChargeAttempt, *, now: datetime) -> Spent:
    """What has gone back on this person's word; `now` is business time."""
    own = Q(approved_by=user) | Q(approved_by=None, requested_by=user)
    rows = RefundRequest.objects.filter(own, decided_at__isnull=False, currency=charge.currency)
    rows = rows.exclude(state__in=_FREED)
    return Spent(_sum(rows.filter(charge=charge)), _sum(rows.filter(decided_at__gt=now - DAY)))


def returned_of_lines(charge: ChargeAttempt) -> dict[str, int]:
    """What of each line of its invoice (`il_…`) was given back before tax, or is asked for."""
    parts = RefundPart.objects.filter(request__charge=charge).exclude(request__state__in=_FREED)
    found = parts.order_by().values_list("stripe_line_id").annotate(Sum("net_minor"))
    return dict(found)


def charge_of_invoice(stripe_invoice_id: str) -> ChargeAttempt | None:
    """The payment of an invoice (`in_…`) that can be given back."""
    rows = ChargeAttempt.objects.filter(
        stripe_invoice_id=stripe_invoice_id, status=ChargeStatus.SUCCEEDED.value, amount_captured_minor__gt=0
    )
    return rows.order_by("-created_at").first()


def to_approve() -> int:
    """How many requests wait for a second person."""
    return RefundRequest.objects.filter(state=RefundState.REQUESTED.value).count()


def failed() -> int:
    """How many refunds failed that nobody has seen to: the customer has no money."""
    return RefundRequest.objects.filter(state__in=TO_SEE_TO).count()


def story_of(request: RefundRequest) -> list[AuditEntry]:
    """Who did what with it, the first first."""
    rows = AuditEntry.objects.filter(subject=str(request.uuid)).select_related("actor")
    return list(rows.order_by("pk"))


def _sum(rows: object) -> int:
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0  # type: ignore[attr-defined]
