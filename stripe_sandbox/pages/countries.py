"""Decides which countries a form offers and under which name; knows no form."""

from __future__ import annotations

from functools import cache

from babel import Locale

# Codes that CLDR lists beside countries: unions, outlying groups, test and unknown regions.
NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}


@cache
def country_choices() -> list[tuple[str, str]]:
    """Return two-letter codes and English names, by name."""
    territories = Locale("en", "GB").territories
    choices = [
        (code, name)
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    ]
    return sorted(choices, key=lambda choice: choice[1])


def is_country(code: str) -> bool:
    """Tell whether a form may send this code."""
    return any(code == known for known, _ in country_choices())


def country_name(code: str | None) -> str:
    """Return the English name of a country, or the code itself where there is none."""
    return dict(country_choices()).get(code or "", code or "")
