"""The copy of an organization's data: all of it, nothing of others, no secret."""

import json
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from accounts.models import Consent, Invitation, Membership, Organization, Role
from billing.models import AuditEntry, NoticeContent
from billing.selectors.export import models_with_organization
from billing.services.billing_email import request_billing_email
from billing_project.archive import archive
from tests.billing.shop import Shop
from tests.factories import MembershipFactory
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/team/organization/export/"
# Reached by another way than a column that names the organization, or not about one.
OTHERWISE = {
    "AuditNote",
    "NoticeContent",
    "CustomerDetails",
    "TaxId",
    "PaymentMethod",
    "CheckoutSession",
    "CaseEvent",
    "DunningAttempt",
    "EvidenceDraft",
    "EvidenceFile",
    "EvidenceSubmission",
    "RefundPart",
    "SubscriptionItem",
    "WebhookAttempt",
    "WebhookDelivery",
}
NOT_ABOUT_ONE = {
    *("Feature", "Plan", "PlanFeature", "Price", "PortalConfiguration", "Reconciliation", "StripeAccount"),
    *("Handled", "Work"),
    # A block holds for a card, whoever pays with it.
    *("CardBlock", "CollectionConfirmation", "DunningPolicy", "DunningRule", "RefundLimit"),
}


@pytest.fixture
def shop(sandbox, transactional_db) -> Shop:
    return Shop.open(sandbox)


def exported(organization: Organization) -> dict:
    pieces = list(archive(organization, actor=None, now=organization.created_at))
    assert len(pieces) > 20  # It comes piece by piece.
    return json.loads(b"".join(pieces))


def fill(shop: Shop) -> None:
    subscription = shop.subscribe()
    Consent.objects.create(
        user=shop.owner, organization=shop.organization, occasion="checkout", ip_address="198.51.100.7"
    )
    Invitation.objects.create(
        organization=shop.organization, email="dora@oakline.example", role="member", expires_at=shop.now
    )
    request_billing_email(
        shop.organization, email="books@oakline.example", request_key=uuid4(), actor=shop.owner, now=shop.now
    )
    body = {
        "id": "evt_1",
        "data": {
            "object": {
                "customer": subscription.stripe_customer_id,
                "receipt_email": "a@oakline.example",
                "client_secret": "pi_1_secret_abc",
            }
        },
    }
    InboxEvent.objects.create(
        provider="stripe", endpoint="stripe", event_id="evt_1", type="x", body=json.dumps(body).encode()
    )


def test_it_holds_details_people_books_mail_and_webhooks(shop: Shop) -> None:
    fill(shop)

    sections = exported(shop.organization)["sections"]

    assert sections["accounts.Organization"][0]["name"] == "Oakline Studio"
    assert [row["email"] for row in sections["accounts.User"]] == ["alice@oakline.example"]
    assert sections["accounts.Invitation"][0]["email"] == "dora@oakline.example"
    assert sections["accounts.Consent"][0]["ip_address"] == "198.51.100.7"
    assert sections["billing.Invoice"][0]["total_minor"] == 12800
    assert sections["billing.PaymentMethod"][0]["card_last4"] == "4242"
    assert {row["recipient"] for row in sections["billing.NoticeContent"]} >= {"books@oakline.example"}
    # The sandbox may tell of its own steps meanwhile.
    bodies = [row["body"]["data"]["object"] for row in sections["webhooks.InboxEvent"]]
    assert [body["receipt_email"] for body in bodies if body.get("receipt_email")] == ["a@oakline.example"]
    assert sections["djstripe.Customer"][0]["stripe_data"]["email"] == shop.organization.email
    assert AuditEntry.objects.filter(action="organization_exported").count() == 1


def test_no_secret_is_in_it(shop: Shop) -> None:
    fill(shop)
    link = NoticeContent.objects.get(recipient="books@oakline.example").text.partition("/billing/email/")[2]
    signed = link.partition("/")[0]
    assert signed.count(":") == 2

    text = json.dumps(exported(shop.organization))

    shop.owner.refresh_from_db()
    for secret in (signed, shop.owner.password, "pi_1_secret_abc", "/c/pay/", "hosted/", 'fingerprint": "f'):
        assert secret not in text


def test_nothing_of_another_organization_is_in_it(shop: Shop) -> None:
    fill(shop)
    stranger = MembershipFactory(
        user__email="charlie@elsewhere.example",
        organization__name="Elsewhere",
        organization__email="c@elsewhere.example",
    )
    MembershipFactory(organization=stranger.organization, user=shop.owner, role=Role.MEMBER)
    Consent.objects.create(
        user=shop.owner, organization=stranger.organization, occasion="checkout", user_agent="Else"
    )
    intent = shop.start(shop.scale, organization=stranger.organization, actor=stranger.user)
    shop.pay(intent)
    shop.work_off()
    foreign_id = intent.stripe_customer_id
    InboxEvent.objects.create(
        provider="stripe", endpoint="stripe", event_id="evt_2", type="x", body=f'{{"c": "{foreign_id}"}}'.encode()
    )

    ours, theirs = exported(shop.organization), exported(stranger.organization)

    assert foreign_id in json.dumps(theirs)
    for foreign in ("lsewhere", foreign_id, "evt_2"):
        assert foreign not in json.dumps(ours)


def test_every_table_of_billing_is_in_it_or_named_here() -> None:
    names = {model.__name__ for model in apps.get_app_config("billing").get_models()}

    assert names - {model.__name__ for model in models_with_organization()} == OTHERWISE | NOT_ABOUT_ONE


def test_an_owner_downloads_it_by_a_button(shop: Shop, client) -> None:
    client.force_login(shop.owner)
    assert "Take a copy" in client.get(PAGE).content.decode()
    assert not AuditEntry.objects.filter(action="organization_exported").exists()

    answer = client.post(PAGE, {"request_key": str(uuid4())})

    assert answer.headers["Content-Disposition"].startswith('attachment; filename="organization-')
    assert json.loads(b"".join(answer.streaming_content))["version"] == 1
    assert AuditEntry.objects.get(action="organization_exported").actor == shop.owner


@pytest.mark.parametrize("role", [Role.BILLING, Role.MEMBER])
def test_nobody_but_an_owner_may(shop: Shop, client, role: Role) -> None:
    person: Membership = MembershipFactory(organization=shop.organization, role=role)
    client.force_login(person.user)

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"request_key": str(uuid4())}).status_code == 403


def test_the_command_writes_the_same_into_a_file(shop: Shop, tmp_path) -> None:
    file = tmp_path / "copy.json"

    call_command("export_organization", str(shop.organization.uuid), file=file)

    assert json.loads(file.read_bytes())["organization"] == str(shop.organization.uuid)
    with pytest.raises(CommandError):
        call_command("export_organization", str(uuid4()))
