"""Cuts a list into pages by a cursor that new rows do not move: nothing is shown twice or left out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from billing.errors import CursorInvalid, InvalidInput

DEFAULT_LIMIT = 25
MOST = 100
_SALT = "billing.api.cursor"


class NewestFirst(BasePagination):
    """By the view's `ordered_by` (a column with a time), the newest first, then by the row's number."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self.request = request
        self.column = str(getattr(view, "ordered_by", "created_at"))
        limit = _limit(request)
        rows: QuerySet[Any] = queryset.order_by(f"-{self.column}", "-pk")
        if cursor := request.query_params.get("cursor"):
            at, pk = self._read(cursor)
            rows = rows.filter(Q(**{f"{self.column}__lt": at}) | Q(**{self.column: at}, pk__lt=pk))
        found = list(rows[: limit + 1])
        self.next_cursor = self._written(found[limit - 1]) if len(found) > limit else None
        return found[:limit]

    def get_paginated_response(self, data: Sequence[Any]) -> Response:
        cursor = self.next_cursor
        address = replace_query_param(self.request.build_absolute_uri(), "cursor", cursor) if cursor else None
        body = {"data": data, "has_more": cursor is not None, "next_cursor": cursor, "next": address}
        return Response(body, headers={"Link": f'<{address}>; rel="next"'} if address else None)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["data", "has_more", "next_cursor", "next"],
            "properties": {
                "data": schema,
                "has_more": {"type": "boolean"},
                "next_cursor": {"type": ["string", "null"], "description": "Opaque; send it as `cursor`."},
                "next": {"type": ["string", "null"], "format": "uri"},
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "`next_cursor` of the page before. Without it the list begins.",
                "schema": {"type": "string"},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "Rows a page.",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
            },
        ]

    def _written(self, row: Model) -> str:
        at: datetime = getattr(row, self.column)
        return signing.dumps([at.isoformat(), row.pk], salt=self._salt())

    def _read(self, cursor: str) -> tuple[datetime, int]:
        """Signed for this address only, so that it holds nothing but what we wrote."""
        try:
            at, pk = signing.loads(cursor, salt=self._salt())
        except (signing.BadSignature, ValueError, TypeError):
            raise CursorInvalid() from None
        moment = parse_datetime(at)
        if moment is None:
            raise CursorInvalid()
        return moment, int(pk)

    def _salt(self) -> str:
        return f"{_SALT}:{self.request.path}"


def _limit(request: Request) -> int:
    text = request.query_params.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 3 and 1 <= int(text) <= MOST):
        raise InvalidInput(f"limit is a number from 1 to {MOST}.", field="limit")
    return int(text)
