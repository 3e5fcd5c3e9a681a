"""A renewal that a bank refuses with any code, from rows as a refresh leaves them, and all that its customer sees."""

import json
import re
from datetime import datetime, timedelta
from difflib import unified_diff
from email.message import Message
from typing import Any

from django.core import mail
from django.test import Client

from accounts.models import Membership, Organization
from billing.models import DunningCase, Notice, Transition
from billing.services.open_dunning_case import open_dunning_case
from billing.services.send_notices import send_due_notices
from billing.services.write_case_mails import write_case_mails
from billing_project.archive import archive
from tests.billing.factories import ChargeAttemptFactory
from tests.billing.situations import buy, give_invoice, tell

PAGES = ("/billing/", "/billing/invoices/", "/billing/history/", "/billing/payment-methods/", "/api/v1/exports/", "/")
_MASKS = (
    (r"/pay/[\w:.%-]+", "/pay/…"),
    (r"http://127\.0\.0\.1:\d+", "http://…"),
    (r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{32}\b", "…uuid…"),
    (r'name="csrfmiddlewaretoken" value="\w+"', "csrf"),
    (r"\b(in|ch|sub|cus|pm|evt|price|prod)_\w+", r"\1_…"),
    (r"\d{4}-\d\d-\d\d([T ][\d:.]+(\+00:00|Z)?)?", "…date…"),
    (r"\d{1,2} [A-Z][a-z]{2,8}( \d{4})?|[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2}", "…date…"),
    (r"(alice|charlie|books\d*|\w+)@[\w.]+", "…address…"),
    (r"Oakline Studio|Elsewhere|[Aa]lice( Nguyen)?|[Cc]harlie", "…name…"),
    (r"/i/[\w/]+", "/i/…"),
    (r"OAK-\d+|(%20|\b)[0-9A-Z]{8}-\d{4}\b", "…number…"),
)


def refuse(organization: Organization, code: str, *, now: datetime, **changed: Any) -> DunningCase:
    """The first failure of a renewal, taken into its case."""
    subscription = buy(organization, now=now, status="past_due", past_due_at=now)
    invoice = give_invoice(subscription, status="open", created_at=now, has_been_attempted=True)
    charge = ChargeAttemptFactory(
        organization=organization,
        stripe_invoice_id=invoice.stripe_invoice_id,
        stripe_customer_id=subscription.stripe_customer_id,
        status="failed",
        **{
            "decline_code": code,
            "failure_code": "card_declined",
            "card_fingerprint": f"fp_{organization.pk}",
            "created_at": now,
            **changed,
        },
    )
    tell(organization, "charge", charge.stripe_charge_id, to="failed", at=now)
    open_dunning_case(Transition.objects.get(stripe_id=charge.stripe_charge_id), now=now)
    return DunningCase.objects.get(stripe_invoice_id=invoice.stripe_invoice_id)


def mails_after(case: DunningCase, *, now: datetime, delay: timedelta = timedelta(0)) -> list[dict[str, Any]]:
    """What is written and sent at `now`, or after the delay: each mail with its headers and moment, masked."""
    write_case_mails(now + delay)
    sent_before = len(mail.outbox)
    send_due_notices(now + delay)
    seen = [_shown(message.message()) for message in mail.outbox[sent_before:]]
    rows = Notice.objects.filter(organization=case.organization).order_by("pk")
    return [{"kind": row.kind, "key": masked(row.key), "state": row.state} for row in rows] + seen


def _shown(message: Message) -> dict[str, Any]:
    headers = {name: masked(re.sub(r"=+\d+=+", "…boundary…", value)) for name, value in message.items()}
    headers["Date"] = ""
    parts = [masked(part.get_payload(decode=True).decode()) for part in message.walk() if not part.is_multipart()]
    return {"headers": headers, "parts": parts}


def pages_of(person: Membership) -> dict[str, str]:
    """Every place where a customer reads of payments, masked."""
    client = Client()
    client.force_login(person.user)
    return {path: masked(client.get(path).content.decode()) for path in PAGES}


def differences(seen: dict[str, str], reference: dict[str, str]) -> list[str]:
    """The lines in which the pages differ."""
    return [
        f"{path}: {line}"
        for path in seen
        for line in unified_diff(seen[path].split("\n"), reference[path].split("\n"), n=0, lineterm="")
    ]


def copy_of(organization: Organization, *, now: datetime) -> Any:
    """The organization's copy of all its data, as text."""
    return json.loads(b"".join(archive(organization, actor=None, now=now)))


def masked(text: str) -> str:
    """Without amounts, dates, names and links, which differ from one customer to the next."""
    for pattern, instead in _MASKS:
        text = re.sub(pattern, instead, text)
    return text
