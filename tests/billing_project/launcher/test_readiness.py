"""When a start counts as complete."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from billing_project.launcher import readiness


class Health(ThreadingHTTPServer):
    """Answers with a token that the test may change, and counts the questions."""

    token = ""
    questions = 0


class Answer(BaseHTTPRequestHandler):
    server: Health

    def do_GET(self) -> None:
        self.server.questions += 1
        if self.server.questions == 3:
            self.server.token = "of this start"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"token": self.server.token}).encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def health() -> Iterator[Health]:
    server = Health(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_orphan_of_an_earlier_start_does_not_count_as_ready(health: Health) -> None:
    health.token = "of an earlier start"

    readiness.wait_for(f"http://127.0.0.1:{health.server_port}/", field="token", token="of this start", what="web")

    assert health.questions == 3


def test_a_start_that_never_gets_ready_says_what_is_missing() -> None:
    with pytest.raises(TimeoutError, match=r"Not ready after 0\.3 seconds: web does not answer\."):
        readiness.wait_for(
            "http://127.0.0.1:1/", field="token", token="any", what="web does not answer", deadline_seconds=0.3
        )
