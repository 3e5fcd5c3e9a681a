"""Notes of staff: written once, readable by staff, gone for good when somebody takes one away."""

from uuid import uuid4

import pytest

from billing.errors import InvalidInput, OrganizationClosing
from billing.models import AuditEntry, CustomerNote
from billing.models.personal import empty_personal_columns
from billing.services.note_customer import LONGEST_NOTE, erase_note, note_customer
from tests.billing.factories import NOW
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


def write(organization, **changed):
    values = {"text": " Prefers mail. ", "request_key": uuid4(), "actor": UserFactory(), "now": NOW, **changed}
    return note_customer(organization, **values)


def test_a_note_is_kept_with_who_wrote_it_and_its_text_is_not_in_the_audit() -> None:
    sam = UserFactory()

    note = write(OrganizationFactory(), actor=sam)

    assert (note.text, note.author, note.created_at) == ("Prefers mail.", sam, NOW)
    entry = AuditEntry.objects.get(action="customer_noted")
    assert (entry.actor, entry.subject, entry.details) == (sam, str(note.uuid), {})


def test_a_second_click_writes_no_second_note() -> None:
    organization, key = OrganizationFactory(), uuid4()

    first, second = (write(organization, request_key=key) for _ in range(2))

    assert first == second
    assert AuditEntry.objects.filter(action="customer_noted").count() == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * (LONGEST_NOTE + 1)])
def test_a_note_needs_words_but_not_too_many(text: str) -> None:
    with pytest.raises(InvalidInput):
        write(OrganizationFactory(), text=text)

    assert not CustomerNote.objects.exists()


def test_nothing_is_noted_about_who_was_erased() -> None:
    with pytest.raises(OrganizationClosing):
        write(OrganizationFactory(erased_at=NOW))


def test_an_erased_note_is_empty_and_who_erased_it_is_on_record_once() -> None:
    note, sam = write(OrganizationFactory()), UserFactory()

    for _ in range(2):
        erase_note(note.pk, actor=sam, now=NOW)

    note.refresh_from_db()
    assert (note.text, note.erased_at) == ("", NOW)
    assert [entry.actor for entry in AuditEntry.objects.filter(action="customer_note_erased")] == [sam]


def test_notes_go_with_the_organization_that_is_erased() -> None:
    note = write(OrganizationFactory())
    kept = write(OrganizationFactory())

    empty_personal_columns(note.organization_id)

    assert list(CustomerNote.objects.all()) == [kept]
