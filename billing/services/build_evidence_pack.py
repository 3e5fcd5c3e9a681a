"""Use case: fill the draft of an answer from our own records, and make the one document that shows them."""

from django.db import transaction
from django.db.models import QuerySet

from billing import audit, clock, disputework
from billing.disputework import DisputeWish
from billing.disputework.document import TooLong, make_document
from billing.errors import EvidenceRefused
from billing.models import Dispute, EvidenceDraft, EvidenceFile
from billing.rules.dispute.evidence import LONGEST_EVIDENCE, MOST_FILE_BYTES, MOST_PAGES, PACK_FIELD
from billing.rules.dispute.pack import pack
from billing.selectors.evidence_facts import evidence_facts

_NO_ROOM = "Your own files leave no room for our document: take one out first."
_TAKEN = "The document of our records was not added: that field holds a file of yours."


def build_evidence_pack(dispute_id: int, *, wish: DisputeWish) -> EvidenceDraft:
    """Fill what is empty; what staff wrote stays. An older document of ours is replaced. Sends nothing to Stripe.

    What we do not know is listed in the draft's `missing`. Safe to repeat. Raises what bars an answer, and
    EvidenceRefused where no room is left.
    """
    dispute = Dispute.objects.select_related("organization").get(pk=dispute_id)
    disputework.require_may_answer(disputework.facts_of(dispute), wish.now)
    facts = evidence_facts(dispute)
    found = pack(facts)
    others = list(_others(dispute).defer("content"))
    room = MOST_FILE_BYTES - sum(file.size_bytes for file in others)
    pages_left = MOST_PAGES - sum(file.pages for file in others)
    is_taken = any(file.field == PACK_FIELD for file in others)
    content, pages = b"", 0
    if not is_taken:
        try:
            content, pages = make_document(facts, found, made_at=wish.now, most_bytes=room, most_pages=pages_left)
        except TooLong:
            raise EvidenceRefused([_NO_ROOM]) from None
    with transaction.atomic():
        dispute = disputework.locked(dispute_id)
        draft, _ = EvidenceDraft.objects.get_or_create(dispute=dispute)
        draft.texts = _filled(draft.texts, found.texts)
        draft.missing = [*found.missing, *([_TAKEN] if is_taken else [])]
        draft.version += 1
        draft.updated_by, draft.updated_at = wish.actor, clock.system_now()
        draft.pack_built_at = wish.now
        draft.save()
        if content and not _others(dispute).filter(field=PACK_FIELD).exists():
            _keep(dispute, content, pages=pages)
        audit.record(
            "evidence_pack_built",
            subject=dispute.stripe_dispute_id,
            organization=dispute.organization,
            actor=wish.actor,
            fields=sorted(found.texts),
            pages=pages,
        )
    return draft


def _others(dispute: Dispute) -> QuerySet[EvidenceFile]:
    return EvidenceFile.objects.filter(dispute=dispute, is_current=True, is_pack=False)


def _filled(written: dict[str, str], ours: dict[str, str]) -> dict[str, str]:
    """Ours where nothing is written, as far as all together stays within the limit."""
    filled = {name: text for name, text in written.items() if text}
    left = LONGEST_EVIDENCE - sum(len(text) for text in filled.values())
    for name, text in ours.items():
        if name not in filled and len(text) <= left:
            filled[name] = text
            left -= len(text)
    return filled


def _keep(dispute: Dispute, content: bytes, *, pages: int) -> None:
    files = EvidenceFile.objects.filter(dispute=dispute, field=PACK_FIELD, is_current=True)
    files.update(is_current=False)
    EvidenceFile.objects.create(
        dispute=dispute,
        field=PACK_FIELD,
        name=f"evidence-{dispute.stripe_dispute_id}.pdf",
        content=content,
        size_bytes=len(content),
        pages=pages,
        is_pack=True,
    )
