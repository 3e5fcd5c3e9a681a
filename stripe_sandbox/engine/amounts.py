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
SMALLEST_CHARGE_MINOR = {"usd": 50, "eur": 50, "gbp": 30, "jpy": 50, "chf": 50}


def processing_fee_minor(amount_minor: int) -> int:
    """2.9 % and 30, half rounded up: 2500 gives 103."""
    return (amount_minor * 29 + 500) // 1000 + 30


def smallest_charge_minor(currency: str) -> int:
    """The least that one charge may be; 50 where the table has no figure."""
    return SMALLEST_CHARGE_MINOR.get(currency, 50)


def format_amount(amount_minor: int, *, currency: str) -> str:
    """`$25.00`, `¥2,500`, `CHF 25.00`."""
    symbol = _SYMBOLS.get(currency, f"{currency.upper()} ")
    if currency in ZERO_DECIMAL:
        return f"{symbol}{amount_minor:,}"
    return f"{symbol}{amount_minor // 100:,}.{amount_minor % 100:02d}"
