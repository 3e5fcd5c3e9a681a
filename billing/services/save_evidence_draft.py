"""Use case: staff keep texts and files for the answer to a dispute here; nothing of it goes to Stripe."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from billing import audit, clock, disputework
from billing.disputework import DisputeWish
from billing.errors import DraftChanged, EvidenceRefused
from billing.models import EvidenceDraft, EvidenceFile
from billing.rules.dispute.evidence import FILE_FIELDS, FileFacts, faults


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file for one of Stripe's file fields."""

    field: str
    name: str
    content: bytes


def save_evidence_draft(
    dispute_id: int,
    *,
    texts: Mapping[str, str],
    files: Sequence[NewFile] = (),
    removed: Collection[str] = (),
    version: int,
    wish: DisputeWish,
) -> EvidenceDraft:
    """Keep the draft, whole: fields that are not named are empty. `version` is the one that the person saw.

    Safe to repeat. Raises DraftChanged where somebody saved since, EvidenceRefused for what Stripe would not take,
    and what bars an answer (EvidenceTooLate, DisputeAnswered, …).
    """
    kept = {name: text.strip() for name, text in texts.items() if text.strip()}
    pages = {file.field: disputework.count_pages(file.name, file.content) for file in files}
    with transaction.atomic():
        dispute = disputework.locked(dispute_id)
        disputework.require_may_answer(disputework.facts_of(dispute), wish.now)
        draft, _ = EvidenceDraft.objects.get_or_create(dispute=dispute)
        if draft.version != version:
            if draft.texts == kept and not files and not removed:
                return draft  # The same form, sent twice.
            raise DraftChanged()
        gone = {*removed, *pages}
        current = EvidenceFile.objects.filter(dispute=dispute, is_current=True)
        left = current.exclude(field__in=gone)
        facts = [FileFacts(*row) for row in left.values_list("field", "size_bytes", "pages")]
        facts += [FileFacts(file.field, len(file.content), pages[file.field]) for file in files]
        if found := faults(kept, facts):
            raise EvidenceRefused(found)
        current.filter(field__in=gone).update(is_current=False)
        for file in files:
            EvidenceFile.objects.create(
                dispute=dispute,
                field=file.field,
                name=file.name[-200:],
                content=file.content,
                size_bytes=len(file.content),
                pages=pages[file.field],
            )
        draft.texts, draft.version = kept, version + 1
        draft.updated_by, draft.updated_at = wish.actor, clock.system_now()
        draft.save()
        audit.record(
            "evidence_draft_saved",
            subject=dispute.stripe_dispute_id,
            organization=dispute.organization,
            actor=wish.actor,
            fields=sorted([*kept, *(field for field in FILE_FIELDS if field in {fact.field for fact in facts})]),
        )
    return draft
