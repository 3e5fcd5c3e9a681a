"""A card as its owner knows it."""

from typing import Any

from rest_framework import serializers


class CardSerializer(serializers.Serializer[Any]):
    brand = serializers.CharField(help_text="Such as `visa`.")
    last4 = serializers.CharField()
    exp_month = serializers.IntegerField(allow_null=True)
    exp_year = serializers.IntegerField(allow_null=True)
