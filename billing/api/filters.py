"""What a list can be narrowed by; a filter without a value is refused, so that nobody believes that it worked."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from rest_framework import serializers


class Filters(filters.FilterSet):
    """The base of each list's filters."""

    def is_valid(self) -> bool:
        empty = [name for name in self.filters if self.data.get(name) == ""]
        if empty:
            raise serializers.ValidationError({name: ["This filter has no value."] for name in empty})
        return bool(super().is_valid())


class _MomentField(IsoDateTimeField):
    """In UTC: a database need not know an offset of more than fifteen hours."""

    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        try:
            return moment.astimezone(UTC) if moment else None
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentFilter(filters.IsoDateTimeFilter):
    """A moment with its offset, such as `2026-11-30T12:00:00Z`."""

    field_class = _MomentField
