"""Answers every address below /api/ that no endpoint has."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from billing.api.view import ApiView
from billing.errors import NotFound


@extend_schema(exclude=True)
class NowhereView(ApiView):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Whoever asks, by whatever method: there is nothing."""
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request, force=True)
        slash = "" if request.path.endswith("/") else " All addresses of the API end in a slash."
        raise NotFound(f"There is no such address.{slash}")
