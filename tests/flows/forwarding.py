"""Hands a call on to another server and its answer back, for lines that watch or spoil what passes."""

import http.client
from http.server import BaseHTTPRequestHandler
from typing import Any

Answer = tuple[int, list[tuple[str, str]], bytes]
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Forwarding(BaseHTTPRequestHandler):
    """`server.target` is host and port of the other one. A subclass says what is done with each method."""

    server: Any
    protocol_version = "HTTP/1.1"

    def read_sent(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def ask(self, sent: bytes) -> Answer:
        """The other server's answer to this call."""
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        connection = http.client.HTTPConnection(self.server.target, timeout=30)
        try:
            connection.request(self.command, self.path, body=sent or None, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing: a run makes thousands of calls."""
