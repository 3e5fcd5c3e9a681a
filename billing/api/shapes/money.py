"""An amount as the API writes it: whole minor units and the currency, always together."""

from typing import Any

from rest_framework import serializers

from billing.money import Money


class MoneySerializer(serializers.Serializer[Money]):
    """An amount in the currency's smallest unit: 4800 with `eur` is €48.00, 4800 with `jpy` is ¥4800."""

    amount_minor = serializers.IntegerField(help_text="In the currency's smallest unit. Below zero for a credit.")
    currency = serializers.RegexField(r"^[a-z]{3}$", help_text="The ISO code, in lower case.")


def money(**more: Any) -> MoneySerializer:
    """An amount that is always there."""
    return MoneySerializer(read_only=True, **more)


def money_or_none(**more: Any) -> MoneySerializer:
    return MoneySerializer(read_only=True, allow_null=True, **more)
