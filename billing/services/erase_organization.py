"""Use case: delete an organization: everything at Stripe ends first, only then is it forgotten (rules G1, G3)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.erasure import erase_organization_rows, pseudonym_of
from accounts.models import Organization, User
from billing import audit, clock, notices
from billing.errors import BillingError, InvalidInput, StripeKeyRefused, StripeRefused, StripeUnreachable, UnderWay
from billing.mirror import work
from billing.mirror.forgetting import forget_copies
from billing.mirror.refs import ObjectRef
from billing.mirror.winding_up import stop_everything
from billing.models import (
    BillingEmailChange,
    CardSetup,
    CheckoutIntent,
    Customer,
    Erasure,
    LocalTrial,
    Notice,
    NoticeContent,
    StaffTask,
    open_staff_task,
)
from billing.models.access_record import record_local_trial
from billing.models.personal import empty_personal_columns, rename_in_tasks
from billing.selectors.export import models_with_organization
from billing.terms import CheckoutState, IntentState, ObjectKind

_GIVE_UP_AFTER = timedelta(hours=23)
_REST_BEFORE_RESUME = timedelta(minutes=1)
# Stripe repeats a delivery for three days; what comes after this long is stopped at the door by the mirror.
_LATE_NEWS_LAST = timedelta(days=7)
_LOOK_AGAIN_AFTER = timedelta(hours=1)
_LEASE = timedelta(minutes=5)
_TASK = "erasure_unconfirmed"


@dataclass(frozen=True, slots=True)
class Traces:
    """What to look for in webhooks that came before or after an erasure."""

    erasure_id: int
    customer_ids: tuple[str, ...]
    since: datetime


def erase_organization(
    organization: Organization, *, typed_name: str, request_key: UUID, actor: User | None, now: datetime
) -> Erasure:
    """Delete an organization for good. `typed_name` must be its name; `actor` is None for a command; business time.

    Safe to repeat. Until Stripe has confirmed that nothing is live, the organization stays as it is: raises
    StripeUnreachable or StripeKeyRefused (it goes on by itself; staff are told), StripeRefused (it is given up; staff
    are told). Raises InvalidInput for another name, UnderWay while somebody else does it.
    """
    erasure = Erasure.objects.filter(organization=organization).exclude(state=IntentState.FAILED).first()
    if erasure is None:
        if typed_name.strip() != organization.name:
            raise InvalidInput("This is not the name. Nothing was deleted.", field="name")
        erasure = _record(organization, request_key=request_key, actor=actor)
    return _carry_out(erasure, now=now)


def resume_erasures(now: datetime, *, seconds: float = 20.0) -> int:
    """Go on with what a crash or Stripe's silence left open; `now` is system time. Returns how many ended."""
    deadline = time.monotonic() + seconds
    waiting = Erasure.objects.filter(state=IntentState.RECORDED, created_at__lt=now - _REST_BEFORE_RESUME)
    ended = 0
    for erasure in waiting.order_by("created_at")[:20]:
        if time.monotonic() > deadline:
            break
        try:
            _carry_out(erasure, now=clock.business_now())
        except BillingError:
            continue  # Still unconfirmed, or refused and so ended: the row and a task say which.
        ended += 1
    _forget_sent_mail()
    return ended


def traces_to_look_for(now: datetime) -> list[Traces]:
    """The erasures whose late webhooks have not been looked through for an hour; `now` is system time."""
    due = Q(looked_at=None) | Q(looked_at__lt=now - _LOOK_AGAIN_AFTER)
    recent = Erasure.objects.filter(due, erased_at__gt=now - _LATE_NEWS_LAST).select_related("organization")
    return [
        Traces(erasure.pk, tuple(_customer_ids(erasure.organization_id)), erasure.organization.created_at)
        for erasure in recent.order_by("pk")
    ]


def note_look(traces: Traces, *, now: datetime) -> None:
    """That the webhooks were looked through; the copies that they led to are emptied again. `now` is system time."""
    erasure = Erasure.objects.get(pk=traces.erasure_id)
    with transaction.atomic():
        empty_personal_columns(erasure.organization_id)
        forget_copies(traces.customer_ids)
        Erasure.objects.filter(pk=erasure.pk).update(looked_at=now)


def _record(organization: Organization, *, request_key: UUID, actor: User | None) -> Erasure:
    try:
        with transaction.atomic():
            erasure = Erasure.objects.create(organization=organization, requested_by=actor, request_key=request_key)
            audit.record("organization_erasure", subject=str(erasure.uuid), organization=organization, actor=actor)
    except IntegrityError:
        # Another click was first, or the same form comes again after it was given up: that row answers.
        again = Erasure.objects.filter(organization=organization).order_by("-pk").first()
        if again is None:
            raise
        return again
    return erasure


def _carry_out(erasure: Erasure, *, now: datetime) -> Erasure:
    """Stripe first; then our rows in one transaction. Each step is done once, whoever comes again."""
    if erasure.state == IntentState.SUCCEEDED:
        return erasure
    if erasure.state == IntentState.RECORDED and clock.system_now() - erasure.created_at > _GIVE_UP_AFTER:
        _give_up(erasure, failure="Stripe did not confirm it in time")
    if erasure.state == IntentState.FAILED:
        raise StripeRefused("This could not be done. Nothing was deleted. Our staff have been told.")
    if not _claim(erasure):
        raise UnderWay()
    try:
        return _stop_and_forget(erasure, now=now)
    finally:
        Erasure.objects.filter(pk=erasure.pk).update(lease_until=None)


def _claim(erasure: Erasure) -> bool:
    """Two at once would each take what the other has ended for a doubt."""
    now = clock.system_now()
    is_free = Q(lease_until=None) | Q(lease_until__lt=now)
    free = Erasure.objects.filter(is_free, pk=erasure.pk, state=IntentState.RECORDED)
    return free.update(lease_until=now + _LEASE) == 1


def _stop_and_forget(erasure: Erasure, *, now: datetime) -> Erasure:
    try:
        customer_ids = stop_everything(erasure.organization, key=str(erasure.uuid))
    except (StripeUnreachable, StripeKeyRefused):
        _tell_staff(erasure, "Stripe has not confirmed yet that nothing is live; it is tried again")
        raise
    except StripeRefused as error:
        _give_up(erasure, failure=error.message)
        raise
    Erasure.objects.filter(pk=erasure.pk, stopped_at=None).update(stopped_at=clock.system_now())
    _forget(erasure, customer_ids=customer_ids, now=now)
    work.want(_news_of(erasure.organization_id))
    erasure.refresh_from_db()
    return erasure


def _forget(erasure: Erasure, *, customer_ids: Sequence[str], now: datetime) -> None:
    with transaction.atomic():
        organization = Organization.objects.select_for_update().get(pk=erasure.organization_id)
        if organization.erased_at is not None:
            return
        system_now = clock.system_now()
        Notice.objects.filter(organization=organization, state__in=[Notice.State.DUE, Notice.State.SENDING]).update(
            state=Notice.State.EXPIRED, lease_until=None
        )
        _forget_invitation_mail(organization)
        empty_personal_columns(organization.pk)
        pseudonym = pseudonym_of(organization)
        rename_in_tasks(organization.pk, name=organization.name, pseudonym=pseudonym)
        forget_copies([*customer_ids, *_customer_ids(organization.pk)])
        _end_intents(organization, now=now, system_now=system_now)
        if organization.email:
            notices.enqueue(
                "organization_erased",
                key=f"organization_erased:{erasure.uuid}",
                organization=organization,
                cause_at=now,
            )
        erase_organization_rows(organization, now=system_now)
        StaffTask.objects.filter(key=f"{_TASK}:{erasure.uuid}", resolved_at=None).update(resolved_at=system_now)
        audit.record(
            "organization_erased", subject=str(erasure.uuid), organization=organization, actor=erasure.requested_by
        )
        Erasure.objects.filter(pk=erasure.pk).update(
            state=IntentState.SUCCEEDED, erased_at=system_now, ended_at=system_now, failure=""
        )


def _forget_invitation_mail(organization: Organization) -> None:
    """Invitations are sent by accounts: in the list of mail they name the organization in words only."""
    invited = organization.invitations.values_list("email", flat=True)
    names_it = Q(subject__contains=organization.name) | Q(text__contains=organization.name)
    NoticeContent.objects.filter(names_it, notice__organization=None, recipient__in=list(invited)).delete()


def _end_intents(organization: Organization, *, now: datetime, system_now: datetime) -> None:
    """Nothing that somebody wanted before may be carried out afterwards."""
    over = {"state": IntentState.FAILED.value, "failure": "organization deleted", "ended_at": system_now}
    for model in models_with_organization():
        if model is not Erasure and over.keys() <= {field.name for field in model._meta.concrete_fields}:
            recorded = model._default_manager.filter(organization=organization, state=IntentState.RECORDED.value)
            recorded.update(**over)
    for page in (CheckoutIntent, CardSetup):
        page._default_manager.filter(organization=organization, state=CheckoutState.OPEN).update(
            state=CheckoutState.EXPIRED, ended_at=system_now
        )
    BillingEmailChange.objects.filter(organization=organization, confirmed_at=None, replaced_at=None).update(
        replaced_at=system_now
    )
    LocalTrial.objects.filter(organization=organization, ended_at=None, ends_at__gt=now).update(ended_at=now)
    record_local_trial(organization.pk, business_at=now)


def _news_of(organization_id: int) -> list[ObjectRef]:
    """The customers that are gone: fetching them closes what hangs on them in our rows."""
    return [ObjectRef(ObjectKind.CUSTOMER, found) for found in _customer_ids(organization_id)]


def _customer_ids(organization_id: int) -> list[str]:
    rows = Customer.objects.filter(organization_id=organization_id).exclude(stripe_customer_id=None)
    return [str(found) for found in rows.values_list("stripe_customer_id", flat=True)]


def _forget_sent_mail() -> None:
    """The last mail, and any that was on its way, is forgotten once it has left."""
    waits = [Notice.State.DUE, Notice.State.SENDING]
    gone = Notice.objects.filter(organization__erased_at__isnull=False, content__isnull=False).exclude(
        state__in=waits
    )
    for notice in gone[:100]:
        notice.content.delete()


def _give_up(erasure: Erasure, *, failure: str) -> None:
    with transaction.atomic():
        Erasure.objects.filter(pk=erasure.pk, state=IntentState.RECORDED).update(
            state=IntentState.FAILED, failure=failure[:200], ended_at=clock.system_now()
        )
        _tell_staff(erasure, f"it was given up: {failure}")
    erasure.refresh_from_db()


def _tell_staff(erasure: Erasure, what: str) -> None:
    key = f"{_TASK}:{erasure.uuid}"
    summary = f"{erasure.organization} is to be deleted and stays as it is: {what}"
    is_new = open_staff_task(_TASK, about=str(erasure.uuid), organization_id=erasure.organization_id, summary=summary)
    if not is_new:
        StaffTask.objects.filter(key=key).update(summary=summary[:300])
