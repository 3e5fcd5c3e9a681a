"""Reads what would be sent: the draft's texts and files, and whether Stripe would take them. It sends nothing."""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from billing.errors import EvidenceEmpty, EvidenceRefused
from billing.models import Dispute, EvidenceDraft, EvidenceFile
from billing.rules.dispute.deadline import DisputeFacts
from billing.rules.dispute.evidence import FileFacts, faults
from billing.terms import EvidenceKind

_IMAGES = (b"\x89PNG\r\n", b"\xff\xd8\xff")
_PDF = b"%PDF"
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_STREAM = re.compile(rb"/ObjStm.{0,400}?stream\r?\n(.+?)endstream", re.DOTALL)
_LONGEST_PART = 5_000_000


@dataclass(frozen=True, slots=True)
class Content:
    """Texts by Stripe's fields, and UUIDs of files of ours by Stripe's fields; an empty one empties the field."""

    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not any(self.texts.values()) and not any(self.files.values())


def facts_of(dispute: Dispute) -> DisputeFacts:
    """The row as the rules read it."""
    return DisputeFacts(
        status=dispute.status,
        due_at=dispute.evidence_due_at,
        is_past_due=dispute.is_past_due,
        submission_count=dispute.submission_count,
    )


def content_of(dispute: Dispute) -> Content:
    """What the draft would send now. Fields that were staged before and are empty now are named, to be emptied."""
    draft = EvidenceDraft.objects.filter(dispute=dispute).first()
    texts = {name: text for name, text in (draft.texts if draft else {}).items() if text}
    files = {file.field: str(file.uuid) for file in _current(dispute)}
    for staged in dispute.submissions.filter(kind=EvidenceKind.STAGE.value):
        texts = {**dict.fromkeys((name for name in staged.texts if name not in texts), ""), **texts}
        files = {**dict.fromkeys((name for name in staged.files if name not in files), ""), **files}
    return Content(texts, files)


def require_fits(dispute: Dispute, content: Content) -> None:
    """Raises EvidenceEmpty, and EvidenceRefused for what Stripe would not take."""
    if content.is_empty:
        raise EvidenceEmpty()
    found = faults(content.texts, [FileFacts(file.field, file.size_bytes, file.pages) for file in _current(dispute)])
    if found:
        raise EvidenceRefused(found)


def count_pages(name: str, content: bytes) -> int:
    """The pages of a PDF, one for an image. Raises EvidenceRefused for anything else, and for a locked PDF."""
    if content.startswith(_IMAGES):
        return 1
    if not content.startswith(_PDF):
        raise EvidenceRefused([f"{name} is no PDF, PNG or JPEG."])
    pages = sum(len(_PAGE.findall(part)) for part in (content, *_unpacked(content)))
    if pages == 0 or b"/Encrypt" in content:
        raise EvidenceRefused([f"{name} cannot be read: it is damaged or locked."])
    return pages


def _unpacked(content: bytes) -> Iterator[bytes]:
    """The packed parts of a PDF, in which newer ones keep the list of their pages; none is let grow without end."""
    for found in _STREAM.finditer(content):
        try:
            yield zlib.decompressobj().decompress(found.group(1), _LONGEST_PART)
        except zlib.error:
            continue


def _current(dispute: Dispute) -> list[EvidenceFile]:
    return list(EvidenceFile.objects.filter(dispute=dispute, is_current=True).defer("content").order_by("field"))
