"""Decides which parameters an endpoint accepts, read from the SDK's parameter classes without running them.

The files are parsed, not imported: importing the SDK would cost most of the start-up budget.
"""

import ast
import importlib.util
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from stripe_sandbox import texts
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter

_INTEGER = re.compile(r"^-?[0-9]{1,19}$")
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Kind:
    """What one parameter may be."""

    scalars: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()
    table: str | None = None
    items: "Kind | None" = None
    is_free_table: bool = False
    values: "Kind | None" = None
    allows_empty: bool = False
    is_required: bool = False


@dataclass
class _Reading:
    scalars: set[str] = field(default_factory=set)
    choices: list[str] = field(default_factory=list)
    table: str | None = None
    items: Kind | None = None
    is_free_table: bool = False
    values: Kind | None = None
    allows_empty: bool = False
    is_required: bool = True


@dataclass(frozen=True)
class Schema:
    """The parameter classes of one endpoint; `root` names the outermost."""

    root: str
    tables: dict[str, dict[str, Kind]]


@cache
def _folder() -> Path:
    spec = importlib.util.find_spec("stripe")
    if spec is None or spec.origin is None:
        raise RuntimeError("The stripe package is not installed: the sandbox reads its parameter names.")
    return Path(spec.origin).parent / "params"


@cache
def schema(name: str) -> Schema:
    """The schema of `customer_create` or `checkout/session_create`; parsed at first use, then kept."""
    folder, _, stem = name.rpartition("/")
    source = (_folder() / folder / f"_{stem}_params.py").read_text(encoding="utf-8")
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    tables = {node.name: _table(node) for node in classes}
    return Schema(root=classes[0].name, tables=tables)


def _table(node: ast.ClassDef) -> dict[str, Kind]:
    return {
        item.target.id: _kind(item.annotation)
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    }


def _kind(annotation: ast.expr) -> Kind:
    reading = _Reading()
    _read(annotation, reading)
    return Kind(
        scalars=frozenset(reading.scalars),
        choices=tuple(reading.choices),
        table=reading.table,
        items=reading.items,
        is_free_table=reading.is_free_table,
        values=reading.values,
        allows_empty=reading.allows_empty,
        is_required=reading.is_required,
    )


def _read(node: ast.expr, reading: _Reading) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        _read(ast.parse(node.value, mode="eval").body, reading)
    elif isinstance(node, ast.BinOp):
        _read(node.left, reading)
        _read(node.right, reading)
    elif isinstance(node, ast.Name):
        if node.id in {"str", "int", "bool", "float", "Decimal"}:
            reading.scalars.add(node.id)
        elif node.id not in {"Any", "UntypedStripeObject"}:
            reading.table = node.id
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        _read_generic(node.value.id, node.slice, reading)


def _read_generic(name: str, inner: ast.expr, reading: _Reading) -> None:
    if name == "NotRequired":
        reading.is_required = False
        _read(inner, reading)
    elif name == "List":
        reading.items = _kind(inner)
    elif name in {"Dict", "UntypedStripeObject"}:
        reading.is_free_table = True
        reading.values = _kind(inner.elts[-1] if isinstance(inner, ast.Tuple) else inner)
    else:
        for part in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
            if name == "Literal" and isinstance(part, ast.Constant):
                if part.value == "":
                    reading.allows_empty = True
                else:
                    reading.choices.append(str(part.value))
            else:
                _read(part, reading)


def check(
    name: str, values: dict[str, Any], *, optional: tuple[str, ...] = (), extra: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The typed parameters of one request.

    Empty strings become None (Stripe's way to unset). `optional` names parameters that the schema
    demands but that the endpoint takes from elsewhere; `extra` names texts that it takes beyond the schema.
    Raises ApiError: parameter_unknown, parameter_missing, parameter_invalid_integer and the like.
    """
    rules = schema(name)
    beyond = {key: _free_text(values[key], path=key) for key in extra if key in values}
    known = {key: value for key, value in values.items() if key not in beyond}
    return {**_check_table(rules, rules.root, known, prefix="", optional=optional), **beyond}


def _check_table(
    rules: Schema, table: str, values: dict[str, Any], *, prefix: str, optional: tuple[str, ...] = ()
) -> dict[str, Any]:
    known = rules.tables[table]
    checked: dict[str, Any] = {}
    for key, value in values.items():
        path = f"{prefix}[{key}]" if prefix else key
        if key == "expand" and not prefix:
            checked[key] = _check_value(rules, Kind(items=Kind(scalars=frozenset({"str"}))), value, path=path)
        elif key not in known:
            raise ApiError(f"Received unknown parameter: {path}", param=path, code="parameter_unknown")
        else:
            checked[key] = _check_value(rules, known[key], value, path=path)
    for key, kind in known.items():
        if kind.is_required and key not in checked and key not in optional:
            raise missing_parameter(f"{prefix}[{key}]" if prefix else key)
    return checked


def _check_value(rules: Schema, kind: Kind, value: Any, *, path: str) -> Any:
    if isinstance(value, list):
        return _check_list(rules, kind, value, path=path)
    if isinstance(value, dict):
        if kind.table is not None:
            return _check_table(rules, kind.table, value, prefix=path)
        if kind.is_free_table:
            free = {key: _check_free(rules, kind.values, item, path=f"{path}[{key}]") for key, item in value.items()}
            if path.endswith(("metadata", "metadata]")):
                texts.check_metadata(free, path=path)
            return free
        raise invalid_parameter(f"Invalid {path}: must be a string", param=path)
    return _check_scalar(kind, value, path=path)


def _check_list(rules: Schema, kind: Kind, value: list[Any], *, path: str) -> Any:
    if kind.items is not None:
        return [_check_value(rules, kind.items, item, path=f"{path}[{index}]") for index, item in enumerate(value)]
    if kind.is_free_table:
        return {str(index): _free_text(item, path=path) for index, item in enumerate(value)}
    raise invalid_parameter(f"Invalid array: {path} does not take a list", param=path)


def _check_free(rules: Schema, kind: Kind | None, value: Any, *, path: str) -> Any:
    if kind is not None and kind.table is not None:
        return _check_value(rules, kind, value, path=path)
    return _free_text(value, path=path)


def _free_text(value: Any, *, path: str) -> str:
    if not isinstance(value, str):
        raise invalid_parameter(f"Invalid {path}: must be a string", param=path)
    return value


def _check_scalar(kind: Kind, value: str, *, path: str) -> Any:
    if value == "":
        return _check_empty(kind, path=path)
    if value in kind.choices:
        return value
    if "bool" in kind.scalars:
        if value not in {"true", "false"}:
            raise invalid_parameter(f"Invalid boolean: {value}", param=path)
        return value == "true"
    if "int" in kind.scalars:
        return _check_integer(value, path=path)
    if kind.choices:
        *first, last = kind.choices
        names = f"{', '.join(first)}, or {last}" if first else last
        raise invalid_parameter(f"Invalid {path}: must be one of {names}", param=path)
    if kind.scalars & {"float", "Decimal"}:
        return _check_decimal(value, path=path)
    if "str" in kind.scalars:
        return texts.read(value, path=path)
    shape = "array" if kind.items is not None else "object"
    raise invalid_parameter(f"Invalid {shape}", param=path)


def _check_empty(kind: Kind, *, path: str) -> None:
    is_text = kind.scalars == {"str"} and not kind.choices and not kind.is_required
    if kind.allows_empty or kind.is_free_table or is_text:
        return
    if not kind.scalars and kind.items is not None:
        return
    raise invalid_parameter(
        f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{path}' cannot be unset. You should remove '{path}' from your request or supply a "
        "non-empty value.",
        param=path,
        code="parameter_invalid_empty",
    )


def _check_integer(value: str, *, path: str) -> int:
    if not _INTEGER.match(value) or not -LARGEST <= int(value) <= LARGEST:
        raise invalid_parameter(f"Invalid integer: {value}", param=path, code="parameter_invalid_integer")
    return int(value)


def _check_decimal(value: str, *, path: str) -> str:
    whole, _, part = value.removeprefix("-").partition(".")
    if not (whole + part).isdigit():
        raise invalid_parameter(f"Invalid decimal: {value}", param=path)
    return value
