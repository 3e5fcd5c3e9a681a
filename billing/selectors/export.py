"""Reads every row that is kept on an organization and its people, a section a model; it hides and writes nothing.

Every model of billing that names an organization is exported by itself; what leads there by another way stands here.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

from accounts.models import Consent, Invitation, Membership, Organization, SignIn, User
from billing.models import (
    ApiRequest,
    AuditNote,
    CaseEvent,
    CheckoutSession,
    Customer,
    CustomerDetails,
    DunningAttempt,
    EvidenceDraft,
    EvidenceFile,
    EvidenceSubmission,
    NoticeContent,
    PaymentMethod,
    RefundPart,
    StaffTask,
    SubscriptionItem,
    TaxId,
    WebhookAttempt,
    WebhookDelivery,
)

# Digests that say nothing to anybody, and keys of clicks.
LEFT_OUT_COLUMNS = frozenset({"request_key", "email_digest", "card_digest", "card_fingerprint", "html"}) | frozenset(
    {"sealed_secret", "sealed_previous_secret", "rotation_key", "state_digest", "lease"}
)
# The details of a case's story name the code of each decline; an answer repeats what stands in other sections, and a
# document of a dispute is no text.
LEFT_OUT_OF: dict[type[Model], frozenset[str]] = {
    CaseEvent: frozenset({"details"}),
    ApiRequest: frozenset({"answer"}),
    EvidenceFile: frozenset({"content"}),
}
DECLINE_TASK = "dunning_decline"
_PERSON = ("id", "email", "full_name", "date_joined", "last_login")
_PAGE = 500

Section = tuple[str, Iterator[dict[str, Any]]]


def sections_of(organization: Organization) -> Iterator[Section]:
    """Name and rows of each section, read as they are asked for. Times are aware UTC datetimes."""
    for rows in _querysets(organization):
        yield rows.model._meta.label, _plain_rows(rows)
    people = User.objects.filter(memberships__organization=organization).order_by("pk")
    yield User._meta.label, iter(people.values(*_PERSON).iterator(chunk_size=_PAGE))


def customer_ids_of(organization: Organization) -> list[str]:
    """The organization's customers at Stripe (`cus_…`), deleted ones, too."""
    rows = Customer.objects.filter(organization=organization).exclude(stripe_customer_id=None)
    return [str(found) for found in rows.order_by("pk").values_list("stripe_customer_id", flat=True)]


def models_with_organization() -> list[type[Model]]:
    """The models of billing whose rows name their organization."""
    return [
        model
        for model in apps.get_app_config("billing").get_models()
        if any(field.is_relation and field.related_model is Organization for field in model._meta.concrete_fields)
    ]


def _querysets(organization: Organization) -> Iterator[QuerySet[Any]]:
    yield Organization.objects.filter(pk=organization.pk)
    of_accounts: list[type[Model]] = [Membership, Invitation, Consent]
    for model in (*of_accounts, *models_with_organization()):
        yield _told(model._default_manager.filter(organization=organization))
    yield SignIn.objects.filter(user__memberships__organization=organization)
    customer_ids = customer_ids_of(organization)
    yield AuditNote.objects.filter(entry__organization=organization)
    yield NoticeContent.objects.filter(notice__organization=organization)
    yield CustomerDetails.objects.filter(customer__organization=organization)
    yield TaxId.objects.filter(customer__organization=organization)
    yield PaymentMethod.objects.filter(stripe_customer_id__in=customer_ids)
    yield DunningAttempt.objects.filter(case__organization=organization)
    yield CaseEvent.objects.filter(case__organization=organization)
    yield SubscriptionItem.objects.filter(subscription__organization=organization)
    yield RefundPart.objects.filter(request__organization=organization)
    yield EvidenceDraft.objects.filter(dispute__organization=organization)
    yield EvidenceFile.objects.filter(dispute__organization=organization)
    yield EvidenceSubmission.objects.filter(dispute__organization=organization)
    yield WebhookDelivery.objects.filter(endpoint__organization=organization)
    yield WebhookAttempt.objects.filter(delivery__endpoint__organization=organization)
    yield CheckoutSession.objects.filter(stripe_customer_id__in=customer_ids)


def _told(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Without our staff's notes on declines, which say why a card was refused."""
    return rows.exclude(kind=DECLINE_TASK) if rows.model is StaffTask else rows


def _plain_rows(rows: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    left_out = LEFT_OUT_COLUMNS | LEFT_OUT_OF.get(rows.model, frozenset())
    columns = [field.attname for field in rows.model._meta.concrete_fields if field.name not in left_out]
    return iter(rows.order_by("pk").values(*columns).iterator(chunk_size=_PAGE))
