"""Use case: somebody on the staff writes down what others should know of a customer, or takes such a note away."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit
from billing.errors import InvalidInput, OrganizationClosing
from billing.models import CustomerNote

LONGEST_NOTE = 5000


def note_customer(
    organization: Organization, *, text: str, request_key: UUID, actor: User, now: datetime
) -> CustomerNote:
    """Keep the note; nothing leaves the house. `now` is system time. Safe to repeat with the same `request_key`.

    Raises InvalidInput for no text or more than 5,000 characters, OrganizationClosing for an erased organization.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise InvalidInput(f"Please write a note of at most {LONGEST_NOTE:,} characters.", field="text")
    if organization.erased_at is not None:
        raise OrganizationClosing()
    written = CustomerNote.objects.filter(organization=organization, request_key=request_key)
    try:
        with transaction.atomic():
            note = written.first()
            if note is None:
                note = CustomerNote.objects.create(
                    organization=organization, author=actor, text=text, request_key=request_key, created_at=now
                )
                audit.record("customer_noted", subject=str(note.uuid), organization=organization, actor=actor)
    except IntegrityError:  # The same form, sent twice at the same moment: the other request wrote it.
        return written.get()
    return note


def erase_note(note_id: int, *, actor: User, now: datetime) -> CustomerNote:
    """Take the text away for good; the row stays. `now` is system time. Safe to repeat: the first one counts."""
    with transaction.atomic():
        note = CustomerNote.objects.select_for_update(of=("self",)).select_related("organization").get(pk=note_id)
        if note.erased_at is None:
            note.text, note.erased_at = "", now
            note.save(update_fields=["text", "erased_at"])
            audit.record("customer_note_erased", subject=str(note.uuid), organization=note.organization, actor=actor)
    return note
