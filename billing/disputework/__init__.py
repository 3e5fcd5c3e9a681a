"""The hands on the answer to a dispute: every row of it is recorded, sent and ended here, and nowhere else."""

from billing.disputework.carrying import carry_out
from billing.disputework.content import Content, content_of, count_pages, facts_of, require_fits
from billing.disputework.requests import (
    DisputeWish,
    end,
    locked,
    record,
    repeated,
    require_may_accept,
    require_may_answer,
    require_typed_id,
)

__all__ = [
    "Content",
    "DisputeWish",
    "carry_out",
    "content_of",
    "count_pages",
    "end",
    "facts_of",
    "locked",
    "record",
    "repeated",
    "require_fits",
    "require_may_accept",
    "require_may_answer",
    "require_typed_id",
]
