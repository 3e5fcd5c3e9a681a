"""System checks that read rows; Django runs them in `migrate` and in `manage.py check --database default`."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection

from billing.models import CollectionConfirmation
from billing.selectors.collector import confirmation


@register(Tags.database)
def check_collector(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> Iterator[CheckMessage]:
    """Own collection is set for a real account, and nobody has confirmed that Stripe's retries are off."""
    if not databases or settings.USES_SANDBOX or settings.DUNNING_COLLECTOR != "own":
        return
    # `migrate` checks before it makes the tables.
    if CollectionConfirmation._meta.db_table not in connection.introspection.table_names():
        return
    if confirmation() is None:
        yield Warning(
            "DUNNING_COLLECTOR is own, but nobody has confirmed for this account that Stripe's own retries are off, "
            "so Stripe collects and we watch.",
            hint="Run manage.py stripe_preflight, then with --confirm-own-collection --by NAME.",
            id="billing.W001",
        )
