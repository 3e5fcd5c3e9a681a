"""The pages behind the buttons of the customer's page: what happens, a reason, the verb, and one service each."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import Organization, User
from billing.admin.customer_page import customer_url
from billing.admin.question import Question, ask
from billing.casework import StaffWish
from billing.clock import business_now, system_now
from billing.models import CustomerNote
from billing.services.note_customer import LONGEST_NOTE, erase_note, note_customer
from billing.services.resync_customer import resync_customer


class NoteForm(forms.Form):
    """What others should know."""

    text = forms.CharField(
        label="Note",
        max_length=LONGEST_NOTE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text="Staff who may see the customer read it. It is in the copy of all data that a customer may take.",
    )


class NothingToAsk(forms.Form):
    """For an act that needs no reason."""


def wish_of(given: dict[str, Any], actor: User, request_key: UUID) -> StaffWish:
    """The form as a service takes it, at this moment of business time."""
    return StaffWish(actor=actor, reason=given["reason"], request_key=request_key, now=business_now())


def resync(request: HttpRequest, *, organization_id: int, model_admin: ModelAdmin) -> HttpResponse:
    organization = asked_organization(request, organization_id, "billing.resync_customer")

    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        count = resync_customer(organization, wish=wish_of(given, actor, request_key))
        return f"{count} objects are fetched from Stripe within a minute or two."

    question = Question(
        title=f"Fetch {organization} from Stripe again",
        sentences=[
            "The customer, the subscriptions and the newest invoices are read again. Nothing is changed at Stripe.",
            "What has changed there counts as news: mails and cases may follow from it.",
        ],
        verb="Fetch again",
        way_back=customer_url(organization.pk),
        act=act,
    )
    return ask(request, question, model_admin=model_admin)


def write_note(request: HttpRequest, *, organization_id: int, model_admin: ModelAdmin) -> HttpResponse:
    organization = asked_organization(request, organization_id, "billing.add_customernote")

    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        note_customer(organization, text=given["text"], request_key=request_key, actor=actor, now=system_now())
        return "The note is kept."

    question = Question(
        title=f"Write a note about {organization}",
        sentences=["Write no card numbers and nothing about a person that is not needed to help this customer."],
        verb="Keep the note",
        way_back=customer_url(organization.pk),
        act=act,
        form=NoteForm,
    )
    return ask(request, question, model_admin=model_admin)


def erase_note_page(request: HttpRequest, *, note_id: int, model_admin: ModelAdmin) -> HttpResponse:
    if not request.user.has_perm("billing.erase_customernote"):
        raise PermissionDenied
    note = get_object_or_404(CustomerNote.objects.select_related("organization"), pk=note_id)

    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        erase_note(note.pk, actor=actor, now=system_now())
        return "The note is erased."

    question = Question(
        title=f"Erase a note about {note.organization}",
        sentences=[
            "Its text is gone for good. That there was a note, and who erased it, stays on record.",
            note.text,
        ],
        verb="Erase it",
        way_back=customer_url(note.organization_id),
        act=act,
        form=NothingToAsk,
    )
    return ask(request, question, model_admin=model_admin)


def asked_organization(request: HttpRequest, organization_id: int, permission: str) -> Organization:
    """Raises PermissionDenied without the permission, Http404 for an organization that is not there."""
    if not request.user.has_perms(["billing.view_customer", permission]):
        raise PermissionDenied
    return get_object_or_404(Organization, pk=organization_id)
