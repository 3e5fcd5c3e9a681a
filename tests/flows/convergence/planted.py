"""Three mistakes that these tests must catch, as changes of the text of a throw-away copy of the repository.

A change whose text has gone from the code fails loudly: then it has to be written anew.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_NOT_COPIED = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", "node_modules")


@dataclass(frozen=True, slots=True)
class Change:
    """In this file, which holds the text just once, `old` becomes `new`."""

    file: str
    old: str
    new: str


_PAYLOAD = """obj = _as_told(objects.fetch(ref.kind, ref.stripe_id))
"""
_AS_TOLD = '''def _as_told(obj: Any) -> Any:
    """What the event that came last says of the object, where it says it in a plain value."""
    import orjson

    from webhooks.models import InboxEvent

    event = InboxEvent.objects.filter(object_id=obj["id"]).exclude(body=None).order_by("-id").first()
    told = orjson.loads(bytes(event.body))["data"]["object"] if event else {}
    for key, value in told.items():
        plain = (str, int, bool, type(None))
        if isinstance(value, plain) and isinstance(shapes.value(obj, key), plain) and key != "object":
            obj[key] = value
    return obj


def _write(fetched: Fetched) -> Written:
'''
_TELL = """        _tell_of_failures(rows)
        _save(rows)
"""
_TELL_OF_FAILURES = """def _tell_of_failures(rows: Iterable[InboxEvent]) -> None:
    import orjson

    from billing.models import Customer, Notice

    for row in rows:
        if row.type == "invoice.payment_failed":
            invoice = orjson.loads(bytes(row.body or b""))["data"]["object"]
            customer = Customer.objects.get(stripe_customer_id=invoice["customer"])
            key = f"payment_failed:{invoice['id']}:{row.event_id}"
            Notice.objects.create(kind="payment_failed", key=key, organization=customer.organization)


def _count(rows: Iterable[InboxEvent]) -> None:
"""

PLANTED: dict[str, tuple[Change, ...]] = {
    "the payload is applied instead of the fetched object": (
        Change("billing/mirror/refresh.py", "obj = objects.fetch(ref.kind, ref.stripe_id)\n", _PAYLOAD),
        Change("billing/mirror/refresh.py", "def _write(fetched: Fetched) -> Written:\n", _AS_TOLD),
    ),
    "the lease is skipped": (
        Change("billing/mirror/work.py", ".filter(condition & is_free)\n", ".filter(condition)\n"),
        Change("billing/mirror/work.py", "row.fence += 1\n", "row.fence += 0\n"),
    ),
    "an event has an effect without a transition": (
        Change("webhooks/dispatch.py", "        _save(rows)\n", _TELL),
        Change("webhooks/dispatch.py", "def _count(rows: Iterable[InboxEvent]) -> None:\n", _TELL_OF_FAILURES),
    ),
}


def plant(name: str, *, copy: Path) -> None:
    """Copy the repository to `copy` and change it there. Raises LookupError as `changed`."""
    shutil.copytree(ROOT, copy, ignore=_NOT_COPIED)
    for change in PLANTED[name]:
        text = changed(change, root=copy)
        (copy / change.file).write_text(text)


def changed(change: Change, *, root: Path = ROOT) -> str:
    """The file's text with the mistake. Raises LookupError where the old text is not there just once."""
    text = (root / change.file).read_text()
    if text.count(change.old) != 1:
        raise LookupError(f"{change.file} holds {text.count(change.old)} times: {change.old}")
    return text.replace(change.old, change.new)


def run_few_orders(copy: Path, *, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The part that `make test` runs, in the copy, until the first failure."""
    python = ROOT / ".venv" / "bin" / "python"
    command = [str(python), "-m", "pytest", "-x", "-q", "--tb=short", "tests/flows/convergence/test_subscriptions.py"]
    command.append("tests/flows/convergence/test_money.py")
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, timeout=1500, check=False
    )
