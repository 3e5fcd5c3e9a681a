"""In which language, with which time zone somebody reads what we write; empty means as this installation has it."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

_REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@cache
def _time_zones_here() -> frozenset[str]:
    """All that this machine knows. Python walks through some 600 files for them, which no request can wait for."""
    return frozenset(available_timezones())


def known_time_zones() -> list[str]:
    """The names that people are offered, UTC first."""
    return ["UTC", *sorted(name for name in _time_zones_here() if name.startswith(_REGIONS))]


def check_time_zone(name: str) -> None:
    if name not in _time_zones_here():
        raise ValidationError("Choose a time zone from the list.")


def check_language(code: str) -> None:
    if code not in dict(settings.LANGUAGES):
        raise ValidationError("Choose a language from the list.")


class Reader(models.Model):
    """Somebody to whom we write: a person, or an organization at its billing address."""

    language = models.CharField(max_length=10, blank=True, validators=[check_language])
    time_zone = models.CharField(max_length=64, blank=True, validators=[check_time_zone])

    class Meta:
        abstract = True


def language_of(*readers: Reader | None) -> str:
    """The language (`de`) that the first of them chose and we still have, else the one of this installation."""
    chosen = [reader.language for reader in readers if reader and reader.language in dict(settings.LANGUAGES)]
    return chosen[0] if chosen else settings.DEFAULT_LANGUAGE


def time_zone_of(*readers: Reader | None) -> ZoneInfo:
    """The time zone that the first of them chose and this machine knows, else the one of this installation."""
    chosen = [reader.time_zone for reader in readers if reader and reader.time_zone in _time_zones_here()]
    return ZoneInfo(chosen[0] if chosen else settings.DEFAULT_TIME_ZONE)
