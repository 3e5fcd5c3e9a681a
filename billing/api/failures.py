"""Answers an expected failure as JSON with its status, so that a program can tell them apart by `code`."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import APIView

from billing.errors import BillingError


class BillingAPIView(APIView):
    """A view whose BillingErrors become `{"code", "message", …details}`; anything else is REST framework's."""

    def handle_exception(self, exc: Exception) -> Response:
        if not isinstance(exc, BillingError):
            return super().handle_exception(exc)
        body: dict[str, Any] = {"code": exc.code, "message": exc.message, **exc.details}
        return Response(body, status=exc.status)
