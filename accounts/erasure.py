"""Empties what accounts keeps of an organization or a person; whether that may be done is others' business."""

from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Model

from accounts.models import Consent, Invitation, Membership, Organization


def pseudonym_of(organization: Organization) -> str:
    """What an erased organization is called in the books."""
    return f"Deleted organization {organization.uuid.hex[:8]}"


def erase_organization_rows(organization: Organization, *, now: datetime) -> None:
    """Take everybody out and leave a pseudonym, in the caller's transaction; `now` is system time.

    Invitations go; consents stay without address and browser. People stay: they may belong elsewhere. Safe to repeat.
    """
    pseudonym = pseudonym_of(organization)
    kept: list[tuple[type[Model], list[int]]] = [
        (Organization, [organization.pk]),
        (Membership, list(organization.memberships.values_list("pk", flat=True))),
        (Invitation, list(organization.invitations.values_list("pk", flat=True))),
    ]
    for model, ids in kept:
        forget_in_admin_log(model, ids, pseudonym=pseudonym)
    organization.memberships.all().delete()
    organization.invitations.all().delete()
    Consent.objects.filter(organization=organization).update(ip_address=None, user_agent="")
    Organization.objects.filter(pk=organization.pk).update(name=pseudonym, email="", erased_at=now)


def forget_in_admin_log(model: type[models.Model], ids: list[int], *, pseudonym: str) -> None:
    """The admin's own log keeps the names of what was changed there."""
    rows = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=[str(pk) for pk in ids]
    )
    rows.update(object_repr=pseudonym, change_message="")
