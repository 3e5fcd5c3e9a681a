"""What a request's body may hold, taken by the letter: no number as text, no unknown field, no text with a NUL.

REST framework's own fields are made for forms, and read `"3"`, `"yes"` and `3.0` alike; the schema promises types.
"""

import re
from datetime import date
from typing import Any
from uuid import UUID

from django.core.validators import RegexValidator
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, extend_schema_field
from rest_framework import serializers

LARGEST_AMOUNT = 10**12
"""Above every sum that Stripe takes in any currency (twelve digits)."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.ASCII | re.IGNORECASE)


class Body(serializers.Serializer[Any]):
    """The body of a request. A field that it does not have is refused, so that a misspelt one is noticed."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(str(name) for name in data if name not in self.fields)):
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


class BodyExtension(OpenApiSerializerExtension):
    """Says in the schema that a body has no other fields."""

    target_class = "billing.api.shapes.fields.Body"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Any:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, "additionalProperties": False} if direction == "request" else schema


class Text(serializers.CharField):
    """PostgreSQL keeps no text with a NUL in it."""

    default_validators = [RegexValidator(r"^[^\x00]*$", "Null characters are not allowed.")]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """JSON has one kind of number: `3.0` is 3, and `"3"` is none."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != int(data):
            self.fail("invalid")
        return super().to_internal_value(int(data))


class YesOrNo(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"type": "boolean", "enum": [True]})
class Accepted(YesOrNo):
    """`true`, and nothing else will do."""

    default_error_messages = {"refused": "This must be accepted first. Nothing was done."}

    def to_internal_value(self, data: Any) -> bool:
        if not super().to_internal_value(data):
            self.fail("refused")
        return True


class Day(serializers.DateField):
    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not _DAY.match(data):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


class Id(serializers.UUIDField):
    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not _UUID.match(data):
            self.fail("invalid", value=data)
        return UUID(data)


class Word(serializers.ChoiceField):
    """A word of a closed list in an answer; what has none is `null`, never an empty text."""

    def __init__(self, choices: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(choices, allow_null=True, **more)

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(value) if value else None
