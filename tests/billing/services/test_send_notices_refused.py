"""A mail service with errors of its own: what it raises for one notice holds up no other."""

import pytest
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from billing import notices
from billing.models import Notice
from billing.services.send_notices import send_due_notices
from tests.billing.factories import NOW, PlanFactory
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


class RefusesOneAddress(BaseEmailBackend):
    """Raises what is neither an SMTP error nor one of the network, as the clients of mail services do."""

    def send_messages(self, email_messages) -> int:
        if email_messages[0].to == ["refused@oakline.example"]:
            raise LookupError("The service knows no such address.")
        return get_connection("django.core.mail.backends.locmem.EmailBackend").send_messages(email_messages)


def put_into_outbox(*, key: str, recipient: str) -> Notice:
    organization = OrganizationFactory(email=recipient)
    return notices.enqueue(
        "local_trial_ended", key=key, organization=organization, cause_at=NOW, plan=PlanFactory(), ends_at=NOW
    )


def test_an_error_of_the_mail_service_holds_up_no_other_notice(settings) -> None:
    settings.EMAIL_BACKEND = "billing_project.mail.RecordedMailBackend"
    settings.MAIL_DELIVERY_BACKEND = f"{__name__}.RefusesOneAddress"
    refused = put_into_outbox(key="trial_ended:1", recipient="refused@oakline.example")
    other = put_into_outbox(key="trial_ended:2", recipient="books@oakline.example")

    assert send_due_notices(NOW) == 1

    refused.refresh_from_db()
    other.refresh_from_db()
    assert (refused.state, refused.lease_until, other.state) == ("due", None, "sent")
    assert "no such address" in refused.last_error
