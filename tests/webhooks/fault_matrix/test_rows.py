"""Every row has a test, every mark has a row, and the table in docs/ is what the marks say."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.webhooks.fault_matrix.rows import DESIGN, FAULTS, NOT_ON_SQLITE, RULES

TESTS = Path(__file__).resolve().parents[2]
TABLE = TESTS.parent / "docs" / "fault-matrix.md"


def marks(node: ast.AST) -> Iterator[str]:
    """The rows that a decorator or a `pytestmark` names."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.fault":
            yield from (str(ast.literal_eval(row)) for row in call.args)


def shown() -> dict[str, list[str]]:
    """Each row with the tests that name it, as `path::name`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        if "mark.fault(" not in text:
            continue
        tree = ast.parse(text).body
        of_file = [row for node in tree if isinstance(node, ast.Assign) for row in marks(node)]
        for node in tree:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                own = [row for decorator in node.decorator_list for row in marks(decorator)]
                for row in dict.fromkeys([*of_file, *own]):
                    found[row].append(f"{path.relative_to(TESTS.parent)}::{node.name}")
    return found


def table() -> str:
    """The page that shows it all."""
    found = shown()
    lines = [
        "# What the inbox has to stand, and the tests that show it",
        "",
        "Written from the marks of the tests (`tests/webhooks/fault_matrix/rows.py`); `make test-full` runs them on",
        "SQLite and on PostgreSQL.",
    ]
    for title, rows in (("Faults", FAULTS), ("Rules", RULES), ("Design", DESIGN)):
        lines += ["", f"## {title}", "", "| row | what | tests |", "|---|---|---|"]
        lines += [
            f"| {row} | {text} | {'<br>'.join(f'`{test}`' for test in found[row])} |" for row, text in rows.items()
        ]
    lines += ["", "## Not on SQLite", "", "| row | why |", "|---|---|"]
    lines += [f"| {row} | {why} |" for row, why in NOT_ON_SQLITE.items()]
    return "\n".join(lines) + "\n"


def test_each_row_has_a_test() -> None:
    found = shown()

    assert [row for row in {**RULES, **DESIGN, **FAULTS} if row not in found] == []


def test_each_mark_is_a_row() -> None:
    assert set(shown()) <= {*RULES, *DESIGN, *FAULTS}


def test_the_matrix_is_complete() -> None:
    assert [*FAULTS] == [f"X{number}" for number in range(1, 36)]
    assert [*RULES] == [f"W{number}" for number in range(1, 21)]
    assert set(NOT_ON_SQLITE) <= set(FAULTS)


def test_the_table_in_the_documents_is_what_the_marks_say() -> None:
    assert TABLE.read_text() == table(), "Write it anew: python -m tests.webhooks.fault_matrix.test_rows"


if __name__ == "__main__":
    TABLE.write_text(table())
