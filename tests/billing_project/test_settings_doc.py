"""The pages about settings against the code that reads them."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TYPES = {
    "str": "text",
    "int": "whole number",
    "bool": "true or false",
    "list": "list",
    "db_url": "address",
    "cache_url": "address",
    "dict": "names and values",
    "json": "JSON",
    "email_url": "address",
}
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([A-Za-z ]+) \| *(.*?) *\| (.+) \|$", re.MULTILINE)
# The launcher sets the first; the others are read only to be refused.
NOT_FOR_USERS = {"START_TOKEN", "STRIPE_TEST_SECRET_KEY", "STRIPE_LIVE_SECRET_KEY"}


def variables_read() -> dict[str, ast.Call]:
    """Each variable that settings.py reads, with the call that reads it last."""
    tree = ast.parse((ROOT / "billing_project" / "settings.py").read_text())
    reads = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "env"
        and node.func.attr != "read_env"
    ]
    return {str(ast.literal_eval(read.args[0])): read for read in sorted(reads, key=lambda read: read.lineno)}


def rows() -> dict[str, tuple[str, str]]:
    """Each documented variable with its type and default."""
    text = (ROOT / "docs" / "settings.md").read_text()
    return {name: (kind, default.strip("`")) for name, kind, default, _ in ROW.findall(text)}


def literal_default(read: ast.Call) -> str | None:
    """A default as one would write it in the environment; None when the code works it out."""
    default = next((word.value for word in read.keywords if word.arg == "default"), ast.Constant(""))
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return None
    if isinstance(value, list | dict):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_each_variable_that_the_code_reads_is_described_and_no_other() -> None:
    assert set(rows()) == set(variables_read())


def test_each_type_is_the_one_that_the_code_reads() -> None:
    documented = {name: kind for name, (kind, _) in rows().items()}

    assert documented == {name: TYPES[read.func.attr] for name, read in variables_read().items()}


def test_each_plain_default_is_the_one_in_the_code() -> None:
    in_code = {name: literal_default(read) for name, read in variables_read().items()}
    plain = {name: default for name, default in in_code.items() if default is not None}

    assert {name: rows()[name][1] for name in plain} == plain


def test_each_default_that_is_worked_out_is_explained() -> None:
    worked_out = [name for name, read in variables_read().items() if literal_default(read) is None]

    assert worked_out
    assert [name for name in worked_out if not rows()[name][1]] == []


def test_the_example_file_names_every_variable_that_a_user_may_set() -> None:
    names = re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert sorted(names) == sorted(set(variables_read()) - NOT_FOR_USERS)
