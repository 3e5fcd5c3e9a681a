"""The evidence pack: filled from our own rows, one document within Stripe's limits, read back, and sent."""

import io
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from pypdf import PdfReader

from accounts.models import Consent, SignIn
from billing import disputework
from billing.errors import EvidenceRefused
from billing.gateway.client import client
from billing.models import CancelRequest, ChargeAttempt, Dispute, EvidenceFile, Invoice, Notice, NoticeContent
from billing.rules.dispute.evidence import MOST_FILE_BYTES, MOST_PAGES
from billing.selectors.evidence_facts import compelling_of
from billing.services.build_evidence_pack import build_evidence_pack
from billing.services.submit_evidence import submit_evidence
from tests.billing.admin.mirrored_rows import dispute as made_up_dispute
from tests.billing.disputing import at_stripe, contested, draft, wish
from tests.billing.factories import NOW, ChargeAttemptFactory, InvoiceFactory
from tests.billing.shop import Shop
from tests.factories import MembershipFactory, UserFactory

CARD = "4242 4242 4242 4242"


def document_of(dispute: Dispute) -> EvidenceFile:
    return EvidenceFile.objects.get(dispute=dispute, is_current=True, is_pack=True)


def text_of(file: EvidenceFile) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(file.content))).pages)


def staff_wish() -> disputework.DisputeWish:
    return disputework.DisputeWish(actor=UserFactory(is_staff=True), request_key=uuid4(), now=NOW)


def with_history(count: int) -> Dispute:
    """A dispute of a customer of whom so many of everything are known."""
    dispute = made_up_dispute(1)
    owner = MembershipFactory(organization=dispute.organization).user
    of = {"organization": dispute.organization}
    dispute.stripe_charge_id = "ch_contested"
    dispute.save()
    ChargeAttemptFactory(**of, stripe_charge_id=dispute.stripe_charge_id, created_at=NOW, status="succeeded")
    long = "A long subject 四 Łódź " * 11
    invoices = InvoiceFactory.build_batch(count, **of)
    Invoice.objects.bulk_create(invoices)
    charges = ChargeAttemptFactory.build_batch(count, **of, status="succeeded")
    for number, charge in enumerate(charges):
        charge.created_at = NOW - timedelta(days=number + 1)
    ChargeAttempt.objects.bulk_create(charges)
    SignIn.objects.bulk_create(
        SignIn(user=owner, ip_address="192.0.2.1", user_agent="Agent " * 60, created_at=NOW - timedelta(hours=number))
        for number in range(count)
    )
    Consent.objects.bulk_create(
        Consent(
            **of, user=owner, occasion="checkout", terms_version="1", ip_address="192.0.2.1", user_agent="A" * 300
        )
        for _ in range(count)
    )
    notices = Notice.objects.bulk_create(
        Notice(**of, key=f"k{number}", kind="receipt", state="sent", sent_at=NOW) for number in range(count)
    )
    NoticeContent.objects.bulk_create(
        NoticeContent(notice=notice, recipient="a@b.example", subject=f"{CARD} {long}"[:255], text="t")
        for notice in notices
    )
    return dispute


@pytest.mark.django_db
def test_a_large_history_makes_a_small_document_quickly(settings) -> None:
    settings.REFUND_POLICY = settings.CANCELLATION_POLICY = "A policy. " * 4000
    dispute = with_history(1000)

    began = time.perf_counter()
    found = build_evidence_pack(dispute.pk, wish=staff_wish())
    seconds = time.perf_counter() - began

    file = document_of(dispute)
    pages = len(PdfReader(io.BytesIO(bytes(file.content))).pages)
    assert seconds < 5
    assert pages == file.pages == disputework.count_pages(file.name, bytes(file.content))
    assert pages <= MOST_PAGES
    assert len(file.content) == file.size_bytes < MOST_FILE_BYTES
    disputework.require_fits(dispute, disputework.content_of(dispute))
    text = text_of(file)
    assert CARD not in text
    assert "4242424242424242" not in text.replace(" ", "")
    assert "older entries" in text
    assert "Lódz" in text
    assert CARD not in " ".join(found.texts.values())


@pytest.mark.django_db
def test_files_of_staff_leave_less_room_and_theirs_is_not_replaced() -> None:
    dispute = with_history(60)
    picture = b"\x89PNG\r\n\x1a\n"
    whole = {"dispute": dispute, "name": "a.png", "content": picture, "pages": 1}
    EvidenceFile.objects.create(**whole, field="receipt", size_bytes=MOST_FILE_BYTES - 10)

    with pytest.raises(EvidenceRefused):
        build_evidence_pack(dispute.pk, wish=staff_wish())

    EvidenceFile.objects.update(field="uncategorized_file")
    built = build_evidence_pack(dispute.pk, wish=staff_wish())
    assert any("holds a file of yours" in sentence for sentence in built.missing)
    assert EvidenceFile.objects.get().name == "a.png"


@pytest.mark.django_db
def test_pages_are_counted_and_what_is_no_document_is_refused() -> None:
    for content in (b"MZ an executable", b"%PDF-1.7 nothing in it", b"%PDF-1.7 /Type /Page /Encrypt"):
        with pytest.raises(EvidenceRefused):
            disputework.count_pages("paper", content)


@pytest.mark.django_db(transaction=True)
def test_the_pack_of_a_lived_through_dispute_is_submitted(shop: Shop, settings) -> None:
    settings.CANCELLATION_POLICY = "Cancel any time, it ends with the paid period."
    shop.subscribe()
    SignIn.objects.create(user=shop.owner, ip_address="192.0.2.9", user_agent="Firefox", created_at=shop.now)
    Consent.objects.update(ip_address="192.0.2.9")
    dispute = contested(shop, reason="subscription_canceled")
    draft(shop, dispute, {"customer_name": "As staff wrote it"})

    built = build_evidence_pack(dispute.pk, wish=wish(shop, dispute))
    submit_evidence(dispute.pk, wish=wish(shop, dispute))

    sent = at_stripe(dispute)["evidence"]
    file = document_of(dispute)
    assert sent["customer_name"] == "As staff wrote it"
    assert "no request to cancel before the charge" in sent["cancellation_rebuttal"]
    assert "an online service of" in sent["product_description"]
    assert client().v1.files.retrieve(sent["uncategorized_file"])["size"] == file.size_bytes
    assert dispute.stripe_charge_id in text_of(file)
    assert "There is no earlier charge that nobody disputed." in built.missing
    assert not CancelRequest.objects.exclude(requested_by=None).exists()
    assert not compelling_of(dispute).could_apply
