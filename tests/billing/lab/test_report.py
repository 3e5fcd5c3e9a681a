"""What is printed, drawn and written as JSON: never a figure without what it rests on."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from billing.lab.assumptions import FIXED, RANGES
from billing.lab.chart import as_svg
from billing.lab.contestants import standard_contestants
from billing.lab.report import NOTES, Run, always_ahead, as_json, as_text
from billing.lab.tournament import run_tournament

DRAWS, FAILURES = 4, 40
DOC = Path(__file__).resolve().parents[3] / "docs" / "dunning-lab.md"
SPREAD = {"least", "middle", "greatest"}


@pytest.fixture(scope="module")
def run() -> Run:
    results = run_tournament(standard_contestants(), draws=DRAWS, failures=FAILURES, seed=3)
    return Run(seed=3, draws=DRAWS, failures=FAILURES, results=results)


def test_every_assumption_stands_beside_the_figures(run: Run) -> None:
    text, written = as_text(run), as_json(run)

    for each in RANGES:
        assert each.meaning in text
    for sentence in (*FIXED, *NOTES):
        assert sentence in text
    assert [each["name"] for each in written["assumptions"]["ranges"]] == [each.name for each in RANGES]
    assert written["assumptions"]["fixed"] == list(FIXED)
    assert written["notes"] == list(NOTES)


def test_neither_names_a_product(run: Run) -> None:
    for text in (as_text(run), as_svg(run), json.dumps(as_json(run))):
        assert not re.search("smart retries|recurly|chargebee|paddle|polar", text, re.IGNORECASE)


def test_the_json_keeps_its_form(run: Run) -> None:
    written = json.loads(json.dumps(as_json(run)))

    assert set(written) == {
        "schema", "seed", "draws", "failures_a_draw", "notes", "assumptions", "policies", "ranking",
    }  # fmt: skip
    assert (written["schema"], written["draws"], written["failures_a_draw"]) == (1, DRAWS, FAILURES)
    for policy in written["policies"]:
        assert set(policy) == {
            "key", "label", "sha256", "recovered", "tries", "known_in_vain", "in_vain", "violations",
            "recovered_by_draw",
        }  # fmt: skip
        assert set(policy["recovered"]) == set(policy["tries"]) == SPREAD
        assert set(policy["violations"]) == {"blocked", "early", "over_ceiling", "total"}
        assert len(policy["recovered_by_draw"]) == DRAWS
    keys = {policy["key"] for policy in written["policies"]}
    assert len(written["ranking"]) == len(keys) * (len(keys) - 1)
    assert {each["policy"] for each in written["ranking"]} == keys


def test_only_what_holds_in_every_draw_is_said_to(run: Run) -> None:
    by_label = {result.contestant.label: result for result in run.results}

    for one, other in always_ahead(run):
        pairs = zip(by_label[one].draws, by_label[other].draws, strict=True)
        assert all(ours.recovered > theirs.recovered for ours, theirs in pairs)
    assert len(always_ahead(run)) == sum(each["in_draws"] == DRAWS for each in as_json(run)["ranking"])


def test_the_chart_is_whole_and_fetches_nothing(run: Run) -> None:
    svg = as_svg(run)

    root = ElementTree.fromstring(svg)  # noqa: S314 - our own text.
    bars = [each for each in root.iter("{http://www.w3.org/2000/svg}rect") if each.get("height") == "16"]
    assert len(bars) == 2 * len(run.results)
    assert all(float(each.get("width", "-1")) >= 0 for each in bars)
    for result in run.results:
        assert result.contestant.label in svg
    assert "assumption" in svg
    assert "href" not in svg
    assert "<script" not in svg
    assert len(svg) < 20_000


def test_the_committed_run_names_all_that_are_compared() -> None:
    shown = DOC.read_text(encoding="utf-8")

    for contestant in standard_contestants():
        assert shown.count(f"{contestant.label} |") == 2
    assert (DOC.parent / "pictures" / "dunning-lab.svg").exists()
