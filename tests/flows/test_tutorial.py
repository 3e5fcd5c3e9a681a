"""docs/tutorial.md as a newcomer follows it, block by block, in a copy of the project."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from billing.models.access_record import record_catalogue
from tests.billing.factories import NOW, FreePlanFactory
from tests.factories import MembershipFactory
from tests.flows.test_entitlement_processes import ROOT, database_url, free_port
from tests.sandbox_fixture import Sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"(?:#|<!--) (\S+)")
HOST = "http://127.0.0.1:8000"
LEFT_OUT = (".git", ".venv", ".mypy_cache", "var", "tests", "__pycache__")
_START_SECONDS = 60.0


def blocks() -> list[tuple[str, str]]:
    return BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text())


def test_every_block_of_the_tutorial_is_of_a_kind_that_is_run() -> None:
    kinds = {kind for kind, _ in blocks()}

    assert kinds == {"console", "diff", "html", "json", "python", "sh"}
    assert [text for kind, text in blocks() if kind == "console"] == ["make run\n"] * 2


def test_a_newcomer_adds_gates_and_asks_for_a_feature(sandbox: Sandbox, tmp_path: Path) -> None:
    FreePlanFactory(name="Free")
    record_catalogue(business_at=NOW)
    MembershipFactory(user__email="demo@tidewater.example")
    copy = Newcomer.begin(tmp_path / "project")
    try:
        for kind, text in blocks():
            copy.follow(kind, text)
    finally:
        copy.stop()


class Newcomer:
    """A copy of the project, what its web process is, and what the last command said."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.said = folder, free_port(), ""
        self.web: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "ENTITLEMENT_CACHE_MILLISECONDS": "1000",
            "CATALOGUE_FILE": str(folder / "catalogue.toml"),
        }

    @classmethod
    def begin(cls, folder: Path) -> "Newcomer":
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        (folder / "var").mkdir()
        (folder / ".venv" / "bin").mkdir(parents=True)
        program = folder / ".venv" / "bin" / "python"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        program.chmod(0o755)
        return cls(folder)

    def follow(self, kind: str, text: str) -> None:
        if kind in ("python", "html"):
            named = NAMED.match(text)
            assert named, f"which file is this? {text}"
            (self.folder / named[1]).write_text(text)
        elif kind == "diff":
            self.run(["patch", "--strip=1", "--no-backup-if-mismatch"], given=text)
        elif kind == "sh":
            self.run(["bash", "-e"], given=text.replace(HOST, f"http://127.0.0.1:{self.port}"))
        elif kind == "json":
            told: dict[str, Any] = json.loads(self.said.splitlines()[-1])
            assert told | json.loads(text) == told, f"{told} is not as the page says: {text}"
        elif self.starts:
            self.start()
        self.starts += kind == "console"

    def run(self, words: list[str], *, given: str) -> None:
        done = subprocess.run(
            words, cwd=self.folder, env=self.environment, input=given, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, f"{given}\n{done.stdout}\n{done.stderr}"
        self.said = done.stdout

    def start(self) -> None:
        """`make run` of the page, as far as its web process goes: the rest is there in every test."""
        words = [sys.executable, "-m", "gunicorn", "billing_project.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        self.web = subprocess.Popen([*words, "--threads", "2"], cwd=self.folder, env=self.environment)
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        if self.web is not None:
            self.web.terminate()
            self.web.wait(timeout=20)
