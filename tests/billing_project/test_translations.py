"""The texts of mails: they can be gathered for translation, and what is compiled is what was translated."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
GERMAN = Path("locale/de/LC_MESSAGES/django.po")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="de")


def texts(catalog: Catalog) -> dict[str, str]:
    """Each text with its translation; of one with a plural, both forms."""
    return {_plain(message.id): _plain(message.string) for message in catalog if message.id}


def _plain(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else " | ".join(text)


def gathered(folder: Path) -> Catalog:
    """What `make messages` would gather into an empty catalogue."""
    if shutil.which("xgettext") is None:
        pytest.skip("missing gettext")
    for part in ("templates", "billing/templatetags"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / GERMAN).parent.mkdir(parents=True)
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "de", "--extension", "html,txt,py"]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return read(folder / GERMAN)


def test_every_text_of_a_mail_can_be_gathered(tmp_path: Path) -> None:
    found = texts(gathered(tmp_path))

    assert "The payment of %(amount)s did not go through" in found
    assert set(found) == set(texts(read(ROOT / GERMAN))), "run `make messages`"


def test_every_text_of_a_mail_is_translated() -> None:
    assert [text for text, own in texts(read(ROOT / GERMAN)).items() if not own.strip(" |")] == []


def test_what_is_compiled_is_what_was_translated() -> None:
    with (ROOT / GERMAN).with_suffix(".mo").open("rb") as file:
        compiled = texts(read_mo(file))

    assert compiled == {text: own for text, own in texts(read(ROOT / GERMAN)).items() if own}


def test_translations_name_the_same_values() -> None:
    faults = [
        (message.id, error)
        for message in read(ROOT / GERMAN)
        if message.id
        for error in message.check(read(ROOT / GERMAN))
    ]

    assert faults == []
    assert not [message.id for message in read(ROOT / GERMAN) if message.fuzzy and message.id]
