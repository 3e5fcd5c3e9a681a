"""Decides which further test cards simply pay: brands, countries and fundings, as Stripe's test pages list them.

Assumed (from memory of that list): the numbers, and the two-letter tokens of the countries.
"""

# Number, names of its tokens, brand, country, funding.
PLAIN_CARDS = (
    ("4000056655665556", ("visa_debit",), "visa", "US", "debit"),
    ("5200828282828210", ("mastercard_debit",), "mastercard", "US", "debit"),
    ("5105105105105100", ("mastercard_prepaid",), "mastercard", "US", "prepaid"),
    ("2223003122003222", (), "mastercard", "US", "credit"),
    ("371449635398431", (), "amex", "US", "credit"),
    ("3056930009020004", ("diners",), "diners", "US", "credit"),
    ("3566002020360505", ("jcb",), "jcb", "US", "credit"),
    ("6200000000000005", ("unionpay",), "unionpay", "US", "credit"),
)
_COUNTRY_NUMBERS = {
    "ar": "4000000320000021",
    "at": "4000000400000008",
    "au": "4000000360000006",
    "be": "4000000560000004",
    "br": "4000000760000002",
    "ca": "4000001240000000",
    "ch": "4000007560000009",
    "cz": "4000002030000002",
    "de": "4000002760000016",
    "dk": "4000002080000001",
    "es": "4000007240000007",
    "fi": "4000002460000001",
    "fr": "4000002500000003",
    "gb": "4000008260000000",
    "gr": "4000003000000030",
    "hk": "4000003440000004",
    "hu": "4000003480000005",
    "ie": "4000003720000005",
    "in": "4000003560000008",
    "it": "4000003800000008",
    "jp": "4000003920000003",
    "lu": "4000004420000006",
    "mx": "4000004840008001",
    "nl": "4000005280000002",
    "no": "4000005780000007",
    "nz": "4000005540000008",
    "pl": "4000006160000005",
    "pt": "4000006200000007",
    "se": "4000007520000008",
    "sg": "4000007020000003",
    "us": "4242424242424242",
}
COUNTRY_CARDS = tuple(
    (number, (country,), "visa", country.upper(), "credit") for country, number in _COUNTRY_NUMBERS.items()
)
