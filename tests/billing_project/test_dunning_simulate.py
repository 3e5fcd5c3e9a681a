"""`manage.py dunning_simulate` from its options to its files."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from billing.models import DunningPolicy
from billing.rules.dunning.policy import STANDARD_BODY, sha256_of

pytestmark = pytest.mark.django_db
SMALL = ("--draws", "2", "--failures", "20")


def simulate(*arguments: str) -> str:
    out = StringIO()
    call_command("dunning_simulate", *SMALL, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def save(key: str, version: int, **changes: Any) -> DunningPolicy:
    body = {**STANDARD_BODY, **changes}
    return DunningPolicy.objects.create(key=key, version=version, body=body, sha256=sha256_of(body))


def test_it_prints_a_table_and_writes_both_files(tmp_path: Path) -> None:
    chart, figures = tmp_path / "lab.svg", tmp_path / "lab.json"

    printed = simulate("--seed", "5", "--json", str(figures), "--chart", str(chart))

    assert "2 draws of 20 failed payments, seed 5; 40 cases for each policy." in printed
    assert "Every number in it is an assumption" in printed
    assert chart.read_text(encoding="utf-8").startswith("<svg ")
    written = json.loads(figures.read_text(encoding="utf-8"))
    assert (written["seed"], len(written["policies"])) == (5, 8)
    assert simulate("--seed", "5") == printed


def test_the_newest_version_of_a_saved_policy_takes_part(tmp_path: Path) -> None:
    save("gentle", 1)
    newest = save("gentle", 2, max_retries=0)
    figures = tmp_path / "lab.json"

    printed = simulate("--policy", "gentle", "--policy", "gentle", "--json", str(figures))

    policies = json.loads(figures.read_text(encoding="utf-8"))["policies"]
    assert "saved: gentle v2" in printed
    assert [each["key"] for each in policies].count("gentle:v2") == 1
    assert policies[-1]["sha256"] == newest.sha256
    # With no retries of its own, only new data of a card are tried.
    assert policies[-1]["tries"]["greatest"] < 0.1


def test_a_saved_copy_of_the_standard_policy_has_its_figures(tmp_path: Path) -> None:
    save("copy", 1)
    figures = tmp_path / "lab.json"

    simulate("--policy", "copy", "--json", str(figures))

    by_key = {each["key"]: each for each in json.loads(figures.read_text(encoding="utf-8"))["policies"]}
    assert by_key["copy:v1"]["recovered_by_draw"] == by_key["standard"]["recovered_by_draw"]
    assert by_key["copy:v1"]["sha256"] == by_key["standard"]["sha256"]


def test_an_unknown_policy_is_refused_before_anything_runs() -> None:
    with pytest.raises(CommandError, match="no saved dunning policy with the key nobody") as refused:
        simulate("--policy", "nobody")

    assert refused.value.returncode == 1


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Cannot write"):
        simulate("--json", str(tmp_path / "missing" / "lab.json"))


@pytest.mark.parametrize("option", [("--draws", "0"), ("--draws", "2001"), ("--failures", "20001")])
def test_a_run_has_bounds(option: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="must be from 1 to"):
        simulate(*option)
