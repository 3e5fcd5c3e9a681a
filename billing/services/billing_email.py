"""Use case: move the billing e-mail to another address, once somebody who reads that address has said so (U6)."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from accounts.models import Organization, User
from billing import audit, clock, notices
from billing.errors import BillingError, InvalidInput, LinkGone, NotFound, OrganizationClosing, TooManyMails
from billing.mirror.customer_details import carry_out, wish_update
from billing.models import BillingDetails, BillingEmailChange, DetailsRequest
from billing.selectors.customer import current_customer, is_closing

LINK_LIFE = timedelta(hours=48)
_SALT = "billing.email_change"
_MOST_AN_HOUR = 5
_LONGEST = 254


def request_billing_email(
    organization: Organization, *, email: str, request_key: UUID, actor: User, now: datetime
) -> BillingEmailChange | None:
    """Send a link to `email`; nothing changes before it is followed and confirmed there. `now` is business time.

    A newer wish replaces an open one; asking for the address that holds already takes the open one back and gives
    None. Safe to repeat with the same `request_key`. Raises InvalidInput, TooManyMails,
    OrganizationClosing.
    """
    email = _checked(email)
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=organization.pk)
        if is_closing(locked):
            raise OrganizationClosing()
        changes = BillingEmailChange.objects.filter(organization=locked)
        repeated = changes.filter(request_key=request_key).first()
        if repeated is not None:
            return repeated
        system_now = clock.system_now()
        if email != locked.email and changes.filter(created_at__gt=system_now - timedelta(hours=1)).count() >= (
            _MOST_AN_HOUR
        ):
            raise TooManyMails()
        changes.filter(confirmed_at=None, replaced_at=None).update(replaced_at=system_now)
        if email == locked.email:
            return None
        change = BillingEmailChange.objects.create(
            organization=locked,
            requested_by=actor,
            request_key=request_key,
            old_email=locked.email,
            new_email=email,
            created_at=system_now,
            expires_at=system_now + LINK_LIFE,
        )
        audit.record("billing_email_requested", subject=str(change.uuid), organization=locked, actor=actor)
        notices.enqueue(
            "billing_email_confirm",
            key=f"billing_email_confirm:{change.uuid}",
            organization=locked,
            recipient=email,
            cause_at=now,
            life=LINK_LIFE,
            change=change,
            confirm_url=settings.SITE_URL + _path(change),
        )
    return change


def read_email_link(signed: str) -> BillingEmailChange:
    """The wish that a link names, whether it still holds or not. Raises NotFound for a link that is not ours."""
    try:
        uuid = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        raise NotFound() from None
    change = BillingEmailChange.objects.select_related("organization").filter(uuid=uuid).first()
    if change is None:
        raise NotFound()
    return change


def usable_email_link(signed: str) -> BillingEmailChange:
    """The open wish that a link names. Raises NotFound, or LinkGone where it cannot be confirmed any more."""
    change = read_email_link(signed)
    if not change.is_open(clock.system_now()) or change.organization.email != change.old_email:
        raise LinkGone()
    return change


def confirm_billing_email(signed: str, *, now: datetime) -> BillingEmailChange:
    """Let the new address hold, tell the old one, and have Stripe follow. `now` is business time.

    Whoever has the link reads the new mailbox, which is what is to be proven; a person need not be signed in. Safe to
    repeat. Raises NotFound, LinkGone.
    """
    change = read_email_link(signed)
    with transaction.atomic():
        organization = Organization.objects.select_for_update().get(pk=change.organization_id)
        change = BillingEmailChange.objects.get(pk=change.pk)
        if change.confirmed_at is not None and organization.email == change.new_email:
            return change
        system_now = clock.system_now()
        if not change.is_open(system_now) or organization.email != change.old_email:
            raise LinkGone()
        request = _move(organization, change, now=now, system_now=system_now)
    if request is not None:
        with suppress(BillingError):  # The sweep goes on with it.
            carry_out(request)
    return change


def _move(
    organization: Organization, change: BillingEmailChange, *, now: datetime, system_now: datetime
) -> DetailsRequest | None:
    change.confirmed_at = system_now
    change.save(update_fields=["confirmed_at"])
    Organization.objects.filter(pk=organization.pk).update(email=change.new_email)
    BillingDetails.objects.update_or_create(organization=organization, defaults={"changed_at": now})
    audit.record("billing_email_changed", subject=str(change.uuid), organization=organization, actor=None)
    notices.enqueue(
        "billing_email_changed",
        key=f"billing_email_changed:{change.uuid}",
        organization=organization,
        recipient=change.old_email,
        cause_at=now,
        new_email=change.new_email,
    )
    return wish_update(current_customer(organization), {"email": change.new_email})


def _path(change: BillingEmailChange) -> str:
    return reverse("billing:confirm_email", args=[signing.dumps(str(change.uuid), salt=_SALT)])


def _checked(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        email = ""
    if not email or len(email) > _LONGEST:
        raise InvalidInput("Enter an e-mail like name@company.com.", field="email")
    return email
