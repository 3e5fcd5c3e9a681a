"""The forms of the page of billing details; what may stand on an invoice is decided by the rules."""

from functools import lru_cache
from typing import Any

from babel import Locale
from django import forms

from billing.rules.customer_details import LONGEST_NAME, PostalAddress
from billing.rules.tax_ids import LONGEST, TAX_ID_KINDS

_NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}


@lru_cache(maxsize=1)
def countries() -> list[tuple[str, str]]:
    """Two-letter code and English name of every country, by name."""
    names = Locale("en", "GB").territories
    found = [(code, str(name)) for code, name in names.items() if len(code) == 2 and code.isalpha()]
    return sorted((pair for pair in found if pair[0] not in _NOT_COUNTRIES), key=lambda pair: pair[1])


def _text(label: str, *, longest: int, autocomplete: str, is_required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=is_required,
        error_messages={"required": f"Enter the {label.lower()}: it stands on your invoices."},
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
    )


class DetailsForm(forms.Form):
    name = _text("Name", longest=LONGEST_NAME, autocomplete="organization", is_required=True)
    line1 = _text("Street and number", longest=200, autocomplete="billing address-line1")
    line2 = _text("Building, floor", longest=200, autocomplete="billing address-line2")
    postal_code = _text("Postal code", longest=30, autocomplete="billing postal-code")
    city = _text("City", longest=100, autocomplete="billing address-level2")
    state = _text("Region", longest=100, autocomplete="billing address-level1")
    country = forms.ChoiceField(
        label="Country",
        required=False,
        choices=lambda: [("", "Choose"), *countries()],
        widget=forms.Select(attrs={"autocomplete": "billing country"}),
        error_messages={"invalid_choice": "Choose a country of the list."},
    )

    def address(self) -> PostalAddress:
        """What was entered, once the form is valid."""
        entered: dict[str, Any] = self.cleaned_data
        return PostalAddress(**{part: entered[part] for part in PostalAddress.__dataclass_fields__})


class BillingEmailForm(forms.Form):
    email = forms.EmailField(
        label="New billing e-mail",
        max_length=254,
        help_text="We send a link there. Until somebody confirms it, mail goes where it goes now.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Enter the new address.",
            "invalid": "Enter a whole e-mail address, such as name@company.example.",
        },
    )


class TaxIdForm(forms.Form):
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose"), *TAX_ID_KINDS.items()],
        error_messages={"required": "Choose the kind of tax number."},
    )
    value = forms.CharField(
        label="Number",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the tax number."},
    )
