"""Decides how a shop's own questions and the shipping address look on the checkout page, and which answers hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.store.unit import StripeObject

VERBS = {"book": "Book", "donate": "Donate", "subscribe": "Subscribe for"}
LONGEST_ANSWER = 255


@dataclass(frozen=True, kw_only=True)
class Question:
    """One custom field. `name` is the form's; `choices` are value and label, empty for a text or a number."""

    key: str
    label: str
    choices: list[tuple[str, str]]
    is_numeric: bool
    is_optional: bool
    minimum_length: int
    maximum_length: int
    default: str | None

    @property
    def name(self) -> str:
        """The name of the form's field."""
        return f"custom_{self.key}"


def custom_questions(session: StripeObject) -> list[Question]:
    """Return the shop's own questions."""
    return [_question(each) for each in session.get("custom_fields") or []]


def _question(field: Mapping[str, Any]) -> Question:
    own = field[field["type"]]
    optional = " (optional)" if field["optional"] else ""
    return Question(
        key=field["key"],
        label=f"{field['label']['custom']}{optional}",
        choices=[(each["value"], each["label"]) for each in own.get("options") or []],
        is_numeric=field["type"] == "numeric",
        is_optional=field["optional"],
        minimum_length=own.get("minimum_length") or 0,
        maximum_length=own.get("maximum_length") or LONGEST_ANSWER,
        default=own.get("default_value"),
    )


def question_errors(questions: list[Question], form: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the answers, by the name of the form's field."""
    errors = {each.name: _wrong(each, form.get(each.name, "").strip()) for each in questions}
    return {name: text for name, text in errors.items() if text}


def _wrong(question: Question, answer: str) -> str | None:
    if not answer:
        return None if question.is_optional else "An answer is needed."
    if question.choices:
        return None if answer in dict(question.choices) else "Choose one of the answers."
    if question.is_numeric and not answer.isdecimal():
        return "Use digits only."
    if len(answer) < question.minimum_length:
        return f"At least {question.minimum_length} characters are needed."
    if len(answer) > question.maximum_length:
        return f"At most {question.maximum_length} characters are allowed."
    return None


def read_shipping(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the entered shipping address, as Stripe names its parts."""
    address = {
        "line1": form.get("shipping_line1", "").strip(),
        "postal_code": form.get("shipping_postcode", "").strip(),
        "city": form.get("shipping_city", "").strip(),
        "country": form.get("shipping_country", ""),
    }
    return {"name": form.get("shipping_name", "").strip(), "address": address}


def shipping_errors(form: Mapping[str, str], *, allowed: list[str]) -> dict[str, str]:
    """Return what is missing of the shipping address, by the name of the form's field."""
    asked = {
        "shipping_name": "Enter the name.",
        "shipping_line1": "Enter the street and number.",
        "shipping_postcode": "Enter the postcode.",
        "shipping_city": "Enter the town.",
    }
    errors = {name: text for name, text in asked.items() if not form.get(name, "").strip()}
    if form.get("shipping_country") not in allowed:
        errors["shipping_country"] = "Choose a country."
    return errors


def submit_verb(session: StripeObject) -> str:
    """Return the word on the button, as `submit_type` asks."""
    return VERBS.get(session.get("submit_type") or "", "Pay")
