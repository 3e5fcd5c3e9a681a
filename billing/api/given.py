"""Reads what a request's body says; what it may say is its shape's business."""

from typing import Any

from rest_framework.request import Request

from billing.api.shapes.fields import Body
from billing.errors import SumChanged
from billing.models import ChangePreview


def read_body(request: Request, shape: type[Body]) -> dict[str, Any]:
    """The fields of the body. Raises REST framework's ValidationError, which names each fault."""
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    given: dict[str, Any] = body.validated_data
    return given


def refuse_other_sum(shown_minor: int, preview: ChangePreview) -> None:
    """Raises SumChanged where the sum sent back is not the preview's: then its sender has shown another one."""
    if shown_minor != preview.due_now_minor:
        raise SumChanged(
            "This is not the sum that the preview showed. Nothing was done.",
            shown_minor=shown_minor,
            due_now_minor=preview.due_now_minor,
            currency=preview.currency,
        )
