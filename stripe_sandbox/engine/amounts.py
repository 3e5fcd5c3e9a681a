"""Decides fees, smallest charges and how an amount reads in an invoice line; integers in minor units only."""

ZERO_DECIMAL = frozenset(
    {
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "ugx",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    }
)
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "cad": "CA$", "aud": "A$"}
# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, as public programs repeat it (2026-11-21).
SMALLEST_CHARGE_MINOR = {
    "aed": 200,
    "bgn": 100,
    "czk": 1500,
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "pln": 200,
    "ron": 200,
    "sek": 300,
}
USUAL_SMALLEST_CHARGE_MINOR = 50


def processing_fee_minor(amount_minor: int) -> int:
    """2.9 % and 30, half rounded up: 2500 gives 103."""
    return (amount_minor * 29 + 500) // 1000 + 30


def smallest_charge_minor(currency: str) -> int:
    """The least that one charge may be: 50, as in dollars, euros and yen, where the table has no other figure."""
    return SMALLEST_CHARGE_MINOR.get(currency, USUAL_SMALLEST_CHARGE_MINOR)


def format_amount(amount_minor: int, *, currency: str) -> str:
    """`$25.00`, `¥2,500`, `CHF 25.00`."""
    symbol = _SYMBOLS.get(currency, f"{currency.upper()} ")
    if currency in ZERO_DECIMAL:
        return f"{symbol}{amount_minor:,}"
    return f"{symbol}{amount_minor // 100:,}.{amount_minor % 100:02d}"
