"""Describes each endpoint: its problems, its headers, and that a write may be repeated; the rest is spectacular's."""

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema_serializer
from rest_framework import serializers

from billing.api.problems import CONTENT_TYPE
from billing.api.versions import KNOWN_VERSIONS

_SENTENCE_END = re.compile(r"(?<=[.;:])\s")
_ON_ALL = {
    400: "Something in the request is missing or not valid; `errors` names the fields.",
    401: "No key or session, or one that opens nothing.",
    402: "The plan lacks a feature (`offer` says which plan has it), or the payment did not go through.",
    403: "The key lacks the scope, or the person the role.",
    404: "There is no such thing, or it is another organization's.",
    405: "The address does not answer this method.",
    406: "The API answers in JSON only.",
    429: "Too many requests; `Retry-After` says when to go on.",
    503: "Not now. Repeat it after `Retry-After` seconds, with the same Idempotency-Key.",
}
_ON_WRITES = {
    409: "It does not fit what is so now; `code` says why.",
    415: "Send the body as application/json.",
    422: "The Idempotency-Key was used for another request.",
}
_RATE_HEADERS = {
    "RateLimit-Limit": "Requests that this caller has in a minute.",
    "RateLimit-Remaining": "Those that are left.",
    "RateLimit-Reset": "Seconds until the next minute begins.",
}


class FieldError(serializers.Serializer[Any]):
    field = serializers.CharField(allow_blank=True, help_text="The way to the field, such as `items.0.quantity`.")
    code = serializers.CharField()
    detail = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A field is missing",
            {
                "type": "https://billing.example.com/api/docs/errors/#invalid_input",
                "title": "Bad Request",
                "status": 400,
                "detail": "Something in the request is missing or not valid. Nothing was done.",
                "code": "invalid_input",
                "request_id": "6f1c2e5c6c6f4b7fa9a6a2a4c1f0d9b3",
                "errors": [{"field": "lookup_key", "code": "required", "detail": "This field is required."}],
            },
            response_only=True,
            status_codes=["400"],
        )
    ]
)
class Problem(serializers.Serializer[Any]):
    """RFC 9457. Further members depend on `code`."""

    type = serializers.URLField(help_text="Where the code is explained.")
    title = serializers.CharField(help_text="The words of the status.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What happened, for a person.")
    code = serializers.CharField(help_text="Stable: programs decide by it.")
    request_id = serializers.CharField(allow_blank=True, help_text="Name it when you write to us.")
    errors = FieldError(many=True, required=False)  # type: ignore[assignment]  # RFC 9457 names it so.


class ApiSchema(AutoSchema):
    def get_summary(self) -> str | None:
        """The first sentence of what the endpoint says of itself: it stands beside the address."""
        given: str | None = super().get_summary()
        sentence = _SENTENCE_END.split(str(self.get_description() or ""), maxsplit=1)[0]
        return given or " ".join(sentence.split()).rstrip(".;:") or None

    def get_override_parameters(self) -> list[Any]:
        named = [
            OpenApiParameter(
                "API-Version",
                str,
                OpenApiParameter.HEADER,
                enum=KNOWN_VERSIONS,
                description="The version that the program was written for.",
            )
        ]
        named += [
            OpenApiParameter(name, OpenApiTypes.INT, OpenApiParameter.HEADER, description=words, response=True)
            for name, words in _RATE_HEADERS.items()
        ]
        if self.method == "GET":
            named.append(
                OpenApiParameter(
                    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of what you have."
                )
            )
        else:
            named.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
                    OpenApiParameter.HEADER,
                    description="Name this write yourself, and a repeat gets the same answer and does nothing twice.",
                )
            )
        return named

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        told = {**_ON_ALL, **(_ON_WRITES if self.method != "GET" else {})}
        for status, words in told.items():
            if str(status) not in bodies:
                bodies[str(status)] = self._get_response_for_code(
                    OpenApiResponse(Problem, words), str(status), media_types=[CONTENT_TYPE], direction=direction
                )
        if self.method == "GET":
            bodies["304"] = {"description": "It has not changed since the ETag that you named."}
        return dict(sorted(bodies.items()))
