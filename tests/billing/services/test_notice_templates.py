"""Every kind of mail, made by the service that makes it, from rows as a refresh leaves them."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from accounts.models import Organization
from billing.models import Notice
from tests.billing.card_mails import CARD_MAILS
from tests.billing.case_mails import CASE_MAILS
from tests.billing.changed_mails import CHANGED_MAILS
from tests.billing.organization_mails import ORGANIZATION_MAILS
from tests.billing.payment_mails import PAYMENT_MAILS
from tests.billing.planned_mails import PLANNED_MAILS
from tests.billing.subscription_mails import SUBSCRIPTION_MAILS, start
from tests.billing.trial_mails import TRIAL_MAILS, near_trial_end, start_trial
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
FOLDER = Path(django_settings.BASE_DIR) / "templates" / "emails"


@pytest.fixture(autouse=True)
def absent_names_show(settings) -> None:
    """A name that a template asks for and is not given stands in the mail as ABSENT."""
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = "ABSENT(%s)"
    settings.TEMPLATES = templates


@pytest.fixture
def organization() -> Organization:
    return OrganizationFactory(name="Oakline & Sons", email="books@oakline.example")


Situation = Callable[[Organization], object]
MAILS: list[tuple[str, Situation, list[str]]] = [
    *PAYMENT_MAILS,
    *SUBSCRIPTION_MAILS,
    *TRIAL_MAILS,
    *ORGANIZATION_MAILS,
    *PLANNED_MAILS,
    *CARD_MAILS,
    *CASE_MAILS,
    *CHANGED_MAILS,
]
NAMES = [f"{kind}-{situation.__name__}" for kind, situation, _ in MAILS]


def test_every_mail_of_the_folder_is_in_the_table() -> None:
    kinds = {path.name.removesuffix(".subject.txt") for path in FOLDER.glob("*.subject.txt")}

    assert {kind for kind, _, _ in MAILS} == kinds
    for kind in kinds:
        assert {path.name for path in FOLDER.glob(f"{kind}.*")} == {
            f"{kind}.subject.txt",
            f"{kind}.txt",
            f"{kind}.html",
        }


@pytest.mark.parametrize(("kind", "situation", "said"), MAILS, ids=NAMES)
def test_a_mail_says_what_its_cause_calls_for(
    kind: str, situation: Situation, said: list[str], organization: Organization
) -> None:
    situation(organization)

    content = Notice.objects.select_related("content").get(kind=kind).content
    heading_and_text = f"{content.subject}\n{content.text}"
    for words in said:
        assert words in heading_and_text
        assert words in content.html
    assert content.recipient == "books@oakline.example"


@pytest.mark.parametrize(("kind", "situation", "said"), MAILS, ids=NAMES)
def test_no_part_of_a_mail_shows_a_hole(
    kind: str, situation: Situation, said: list[str], organization: Organization
) -> None:
    situation(organization)

    content = Notice.objects.select_related("content").get(kind=kind).content
    for part in (content.subject, content.text, content.html):
        assert part.strip()
        for hole in ("ABSENT", "None", "{{", "{%", "<time", "&amp;amp;", "()"):
            assert hole not in part
    assert "\n" not in content.subject
    assert "!" not in content.text
    assert "<!doctype html>" in content.html
    assert "<" not in content.text


@pytest.mark.parametrize(("kind", "situation", "said"), MAILS, ids=NAMES)
def test_a_name_is_plain_in_text_and_escaped_in_html(
    kind: str, situation: Situation, said: list[str], organization: Organization
) -> None:
    situation(organization)

    content = Notice.objects.select_related("content").get(kind=kind).content
    assert "&amp;" not in content.text + content.subject
    assert "Oakline & Sons" not in content.html


@pytest.mark.parametrize(("kind", "situation", "said"), MAILS, ids=NAMES)
def test_a_mail_has_no_hole_in_another_language_either(
    kind: str, situation: Situation, said: list[str], organization: Organization
) -> None:
    Organization.objects.update(language="de", time_zone="Europe/Berlin")
    organization.refresh_from_db()

    situation(organization)

    content = Notice.objects.select_related("content").get(kind=kind).content
    for part in (content.subject, content.text, content.html):
        for hole in ("ABSENT", "None", "{{", "{%", "%(", "<time", "&amp;amp;", "()", "€48.00"):
            assert hole not in part
    assert '<html lang="de">' in content.html


@pytest.mark.parametrize("adds_tax", [True, False])
@pytest.mark.parametrize("situation", [start, start_trial, near_trial_end])
def test_tax_is_named_where_the_checkout_adds_it_and_nowhere_else(
    situation: Situation, adds_tax: bool, organization: Organization, settings
) -> None:
    settings.CHECKOUT_AUTOMATIC_TAX = adds_tax

    situation(organization)

    content = Notice.objects.select_related("content").get().content
    assert ("plus VAT where it applies" in content.text) is adds_tax
    assert ("plus VAT where it applies" in content.html) is adds_tax
