"""What a list can be narrowed by; a filter without a value is refused, so that nobody believes that it worked."""

from django_filters import rest_framework as filters
from rest_framework import serializers


class Filters(filters.FilterSet):
    """The base of each list's filters."""

    def is_valid(self) -> bool:
        empty = [name for name in self.filters if self.data.get(name) == ""]
        if empty:
            raise serializers.ValidationError({name: ["This filter has no value."] for name in empty})
        return bool(super().is_valid())
