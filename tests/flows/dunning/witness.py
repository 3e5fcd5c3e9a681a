"""Stands between the product and the sandbox, lets everything pass, and looks at each call that may move money.

What is committed in our database when such a call arrives, and what the caller last saw on the same connection, is
judged there and then: afterwards nobody could tell.
"""

import http.client
import json
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.db import connections
from django.utils import timezone

from billing.gateway.client import client
from billing.models import CardBlock, DunningAttempt, DunningCase
from billing.terms import IN_FLIGHT_ATTEMPT_STATES
from tests.flows.forwarding import Forwarding

_PAY = re.compile(r"/v1/invoices/(in_\w+)/pay")
_LOOK = re.compile(r"/v1/invoices/(in_\w+)(?:\?|$)")
_CANCEL = re.compile(r"/v1/subscriptions/(sub_\w+)(?:\?|$)")
_KEY_LIVES = timedelta(hours=24)
_IN_FLIGHT = [state.value for state in IN_FLIGHT_ATTEMPT_STATES]
_SENT = ("sending", "unknown")
_DEFINITE = (200, 400, 402, 404)
_SHARE_CUT = 0.2


@dataclass
class Call:
    """One payment that we asked for, as it arrived and as it was answered; status 0 is no answer."""

    at: datetime
    invoice: str
    key: str
    form: tuple[tuple[str, str], ...]
    status: int = 0
    is_replay: bool = False


@dataclass
class Record:
    """What was seen, and what of it must not have been; `faults` begin with the invariant's number."""

    calls: list[Call] = field(default_factory=list)
    final_calls: int = 0
    cancelled: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Witness(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.target = urlsplit(target).netloc
        self.record = Record()
        self.lock = threading.Lock()
        self.cut_looks: dict[str, dict[str, Any]] = {}
        """What was seen on connections that were cut off since: their callers go on with another one."""
        self._chance, self._bad_reads = random.Random(0), 0

    @contextmanager
    def between(self, settings: Any) -> Iterator["Witness"]:
        """The product reaches Stripe by this way."""
        serving = threading.Thread(target=self.serve_forever, daemon=True)
        serving.start()
        direct = settings.STRIPE_API_BASE
        settings.STRIPE_API_BASE = f"http://127.0.0.1:{self.server_address[1]}"
        client.cache_clear()
        try:
            yield self
        finally:
            settings.STRIPE_API_BASE = direct
            client.cache_clear()
            self.shutdown()
            self.server_close()
            serving.join()

    def spoil_reads(self, times: int, *, seed: int) -> None:
        """One read of ours in five is cut off, until so many were. The test's own calls do not come this way."""
        self._chance, self._bad_reads = random.Random(seed), times

    def cuts(self, method: str) -> bool:
        with self.lock:
            is_cut = method == "GET" and self._bad_reads > 0 and self._chance.random() < _SHARE_CUT
            self._bad_reads -= is_cut
        return is_cut

    def payment(self, call: Call, look: dict[str, Any] | None) -> None:
        """Judge a payment that has arrived and not been passed on yet."""
        with self.lock:
            of_row = call.key.partition(":")[0]
            earlier = [each for each in self.record.calls if each.key.partition(":")[0] == of_row]
            self.record.calls.append(call)
        faults = [*_of_row(call, is_first=not earlier), *_of_look(call, look, earlier), *_of_key(call, earlier)]
        self.record.faults += [f"{fault} ({call.invoice}, {call.key})" for fault in faults]

    def cancellation(self, subscription: str, key: str) -> None:
        """Judge a final action that has arrived and not been passed on yet."""
        case = DunningCase.objects.filter(uuid=_uuid(key), stripe_subscription_id=subscription).first()
        if case is None or not key.endswith(":final"):
            return
        self.record.final_calls += 1
        faults = []
        if case.attempts.filter(state__in=_IN_FLIGHT).exists():
            faults.append("D11: the final action while a try was in flight")
        if case.end_reason == "deadline" and case.last_notice_at is None:
            faults.append("D11: the final action without a notice")
        self.record.faults += [f"{fault} ({case})" for fault in faults]


class _Line(Forwarding):
    server: Witness

    def setup(self) -> None:
        super().setup()
        self.looks: dict[str, dict[str, Any]] = {}

    def finish(self) -> None:
        super().finish()
        connections.close_all()

    def _pass(self) -> None:
        sent = self.read_sent()
        key = self.headers.get("Idempotency-Key") or ""
        call = self._judge(sent, key)
        if self.server.cuts(self.command):
            self._cut()
            return
        try:
            status, headers, body = self.ask(sent)
        except (OSError, http.client.HTTPException):
            self._cut()
            return
        if call is not None:
            call.status = status
            call.is_replay = "idempotent-replayed" in {name.lower() for name, _ in headers}
        if self.command == "GET" and (found := _LOOK.match(self.path)) and status == http.HTTPStatus.OK:
            self.looks[found[1]] = json.loads(body)
        if self.command == "DELETE" and status == http.HTTPStatus.OK and key.endswith(":final"):
            self.server.record.cancelled[key] += 1
        self.answer(status, headers, body)

    def _judge(self, sent: bytes, key: str) -> Call | None:
        if self.command == "DELETE" and (found := _CANCEL.match(self.path)):
            self.server.cancellation(found[1], key)
        if self.command != "POST" or not (found := _PAY.match(self.path)):
            return None
        call = Call(timezone.now(), found[1], key, tuple(sorted(parse_qsl(sent.decode()))))
        elsewhere = self.server.cut_looks.pop(found[1], None)
        self.server.payment(call, self.looks.pop(found[1], elsewhere))
        return call

    def _cut(self) -> None:
        self.close_connection = True
        self.server.cut_looks |= self.looks

    do_GET = do_POST = do_DELETE = _pass


def _uuid(key: str) -> UUID | None:
    try:
        return UUID(key.partition(":")[0])
    except ValueError:
        return None


def _of_row(call: Call, *, is_first: bool) -> Iterator[str]:
    """D2, D5: the row stands committed, and its card may be tried."""
    row = DunningAttempt.objects.filter(uuid=_uuid(call.key)).select_related("case").first()
    if row is None:
        yield "D2: a payment was asked for without a row"
        return
    if row.sent_at is None or row.sent_system_at is None or (is_first and row.state not in _SENT):
        yield f"D2: its row was {row.state} and not marked as sent"
        return
    if call.at - row.sent_system_at > _KEY_LIVES:
        yield "D3: its key was used again after Stripe may have forgotten it"
    if row.case.stripe_invoice_id != call.invoice:
        yield "D3: its row is about another invoice"
    blocks = CardBlock.objects.filter(card_fingerprint=row.card_fingerprint, created_at__lt=row.sent_system_at)
    if is_first and blocks.exists():
        yield "D5: its card was blocked"


def _of_look(call: Call, look: dict[str, Any] | None, earlier: list[Call]) -> Iterator[str]:
    """D4, D18: what the caller saw right before. The SDK repeats a call by itself, on a new connection, without."""
    if look is None:
        if not earlier or earlier[-1].status in _DEFINITE:
            yield "D4: nobody looked at the invoice before"
        return
    if look["status"] != "open" or look["amount_remaining"] <= 0:
        yield f"D4: the last look had shown it {look['status']}"
    if look["next_payment_attempt"] is not None:
        yield "D18: the last look had shown that Stripe collects, too"


def _of_key(call: Call, earlier: list[Call]) -> Iterator[str]:
    if any(each.form != call.form for each in earlier):
        yield "D3: its key was used before with other parameters"
    if any(each.key != call.key for each in earlier):
        yield "D3: another key for the same try"
