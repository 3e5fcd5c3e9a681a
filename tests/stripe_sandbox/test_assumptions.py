"""What is assumed about Stripe is said in three places that agree: in the code, in docs/sandbox.md and on tests."""

import ast
import re
from pathlib import Path

from tests.stripe_sandbox.assumptions import MARKED, UNVERIFIED

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "stripe_sandbox"
_FILE = re.compile(r"`([a-z_/]+\.py)`")


def assuming() -> set[str]:
    """Modules whose docstrings or comments say that something is assumed."""
    files = CODE.rglob("*.py")
    return {str(file.relative_to(CODE)) for file in files if re.search("assumed", file.read_text(), re.IGNORECASE)}


def documented() -> set[str]:
    """Modules that the table of assumptions names."""
    text = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    table = text.partition("**Assumed**")[2].partition("\n## ")[0]
    return {name for row in table.splitlines() if row.startswith("|") for name in _FILE.findall(row)}


def written_tests() -> set[str]:
    found = set()
    for file in Path(__file__).parent.glob("test_*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add(f"{file.name}::{node.name}")
    return found


def test_table_of_assumptions_names_every_module_that_assumes() -> None:
    assert assuming() - documented() == set()


def test_every_assumption_stands_beside_the_tests_that_rest_on_it() -> None:
    assert documented() ^ set(UNVERIFIED) == set()


def test_only_tests_that_exist_are_marked() -> None:
    assert MARKED - written_tests() == set()
