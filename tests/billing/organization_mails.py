"""Situations in which what an organization asks about itself leads to a mail."""

from uuid import uuid4

from accounts.models import Organization
from billing import notices
from billing.models import Notice
from billing.services.billing_email import confirm_billing_email, request_billing_email
from tests.billing.factories import NOW
from tests.factories import UserFactory


def delete_the_organization(organization: Organization) -> None:
    """As the deletion does once Stripe has confirmed it (tests of erase_organization)."""
    notices.enqueue("organization_erased", key="organization_erased:1", organization=organization, cause_at=NOW)


def ask_for_another_address(organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(email="office@oakline.example")
    request_billing_email(
        organization, email="books@oakline.example", request_key=uuid4(), actor=UserFactory(), now=NOW
    )


def move_to_another_address(organization: Organization) -> None:
    request_billing_email(
        organization, email="office@oakline.example", request_key=uuid4(), actor=UserFactory(), now=NOW
    )
    link = Notice.objects.get(kind="billing_email_confirm").content.text
    confirm_billing_email(link.partition("/billing/email/")[2].partition("/")[0], now=NOW)


def lose_webhooks(organization: Organization) -> None:
    """As a sender does after the last of many failures (tests of send_webhooks)."""
    _switch_off(organization, is_gone=False)


def answer_gone(organization: Organization) -> None:
    _switch_off(organization, is_gone=True)


def _switch_off(organization: Organization, *, is_gone: bool) -> None:
    notices.enqueue(
        "webhook_endpoint_disabled",
        key="webhook_endpoint_disabled:1",
        organization=organization,
        cause_at=NOW,
        recipient="books@oakline.example",
        host="hooks.oakline.example",
        description="Our CRM",
        is_gone=is_gone,
        failures=12,
        path="/team/webhooks/1/",
    )


ORGANIZATION_MAILS = [
    (
        "billing_email_confirm",
        ask_for_another_address,
        ["office@oakline.example", "/billing/email/", "Nothing changes"],
    ),
    ("billing_email_changed", move_to_another_address, ["office@oakline.example", "nothing was charged"]),
    ("organization_erased", delete_the_organization, ["is deleted", "nothing will be charged any more"]),
    ("webhook_endpoint_disabled", lose_webhooks, ["hooks.oakline.example", "last 12 webhooks", "/team/webhooks/1/"]),
    ("webhook_endpoint_disabled", answer_gone, ["wants no more webhooks", "Our CRM", "payments are not touched"]),
]
