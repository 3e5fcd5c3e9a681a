"""Decides how one API call is answered, from the key in its header to the stored idempotent answer."""

import logging
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stripe_sandbox import API_VERSION, ids, params
from stripe_sandbox.engine import test_clocks
from stripe_sandbox.errors import ApiError, unrecognized_url
from stripe_sandbox.faults import Fault
from stripe_sandbox.hosted import bystander
from stripe_sandbox.store.unit import Cause, StripeObject, Unit, dump
from stripe_sandbox.wire import forms, idempotency, keys, routing, spoiled
from stripe_sandbox.wire.expand import expand, shown
from stripe_sandbox.wire.idempotency import InFlight, Stored
from stripe_sandbox.wire.rate_limit import RateLimit

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

logger = logging.getLogger(__name__)
PAYMENT_REQUIRED = 402
LONGEST_KEY = 255
FORM_TYPES = ("", "application/x-www-form-urlencoded", "multipart/form-data")
_ACCOUNT_PATH = re.compile(r"^/v1/accounts/([^/]+)")


@dataclass(frozen=True)
class Call:
    """One API call as it came in; header names in lower case."""

    method: str
    path: str
    query: str
    form: str
    headers: dict[str, str]

    @property
    def key(self) -> str | None:
        """The idempotency key, if any."""
        return self.headers.get("idempotency-key")

    @property
    def version(self) -> str:
        """The API version asked for; the account's own when none is named."""
        return self.headers.get("stripe-version", API_VERSION)


@dataclass
class Answer:
    """What goes back. `is_cut`: the connection ends without a word, as the fault timeout_after_commit wants."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False


class Dispatcher:
    """Answers API calls on one sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._in_flight = InFlight()
        self._rate_limit = RateLimit()

    def answer(self, call: Call) -> Answer:
        """The answer to one call; errors are answers too."""
        request_id = ids.new_request_id()
        started = time.time()
        try:
            answer = self._answer(call, request_id=request_id)
        except ApiError as error:
            answer = _error_answer(error, call, request_id=request_id)
        except Exception:
            # A fault of the sandbox itself: said as Stripe says it, and loud in the log.
            logger.exception("%s %s failed inside the sandbox", call.method, call.path)
            answer = Answer(status=500, body=dump(spoiled.server_error().body(request_id=request_id)))
        answer.headers.setdefault("Request-Id", request_id)
        answer.headers["Stripe-Version"] = API_VERSION
        if call.version != API_VERSION:
            answer.headers["Warning"] = f'299 - "asked for {call.version}, answered in {API_VERSION}"'
        if call.key is not None and call.method != "GET":
            answer.headers["Idempotency-Key"] = call.key
            if call.method == "POST":
                answer.headers.setdefault("Original-Request", request_id)
        self._log(call, answer, started=started)
        return answer

    def _answer(self, call: Call, *, request_id: str) -> Answer:
        key = keys.read_key(call.headers.get("authorization", ""))
        account_id = self._sandbox.account_for(key)
        keys.check_permission(key, account_id=account_id, is_write=call.method != "GET")
        rate = self._sandbox.settings["requests_per_second"]
        if not self._rate_limit.takes(account_id, per_second=rate):
            error, headers = spoiled.too_many()
            return Answer(status=error.status, body=dump(error.body(request_id=request_id)), headers=headers)
        self._check_version(call)
        _check_account(call, key, account_id=account_id)
        _check_body(call)
        fault = self._sandbox.faults.take_for_request(method=call.method, path=call.path)
        if fault is not None and fault.name == "connection_reset":
            return Answer(status=0, body="", is_cut=True)
        refused = fault and spoiled.refusal(fault, path=call.path)
        if refused:
            error, headers = refused
            return Answer(status=error.status, body=dump(error.body(request_id=request_id)), headers=headers)
        found = routing.match(call.method, call.path)
        if found is None:
            raise unrecognized_url(call.method, call.path)
        route, path_ids = found
        if fault is not None and fault.name == "pay_on_hosted_page":
            invoice_id = path_ids.get("invoice") or fault.invoice
            bystander.pay_open_invoice(self._sandbox, account_id, invoice_id=invoice_id)
        if not route.is_write:
            _wait(fault)
            return self._read(route, path_ids, call, account_id=account_id, fault=fault)
        idempotency_key = call.key if call.method == "POST" else None
        with self._in_flight.claim(account_id, idempotency_key):
            _wait(fault)
            answer = self._write(
                route,
                path_ids,
                call,
                account_id=account_id,
                request_id=request_id,
                fault=fault.name if fault else "",
            )
        answer.is_cut = fault is not None and fault.name == "timeout_after_commit"
        return answer

    def _check_version(self, call: Call) -> None:
        if call.version != API_VERSION and self._sandbox.settings["strict_version"]:
            raise ApiError(
                f"This sandbox speaks the API version {API_VERSION} only; the request asked for {call.version}. "
                "Send this version, or switch the setting strict_version off."
            )

    def _read(
        self, route: routing.Route, path_ids: dict[str, str], call: Call, *, account_id: str, fault: Fault | None
    ) -> Answer:
        unit = self._sandbox.reader(account_id)
        body = _run(unit, route, path_ids, forms.decode(call.query))
        return Answer(status=200, body=spoiled.spoil(unit, fault, body) if fault else body)

    def _write(
        self,
        route: routing.Route,
        path_ids: dict[str, str],
        call: Call,
        *,
        account_id: str,
        request_id: str,
        fault: str,
    ) -> Answer:
        key = call.key if call.method == "POST" else None
        mark = idempotency.fingerprint(call.method, call.path, form=f"{call.query}&{call.form}")
        cause = Cause(request_id=request_id, idempotency_key=call.key)
        with self._sandbox.unit(account_id, cause=cause) as unit:
            if key is not None and fault == "idempotency_pruned":
                idempotency.forget(unit, key)
            if key is not None and (stored := idempotency.recall(unit, key, mark=mark)) is not None:
                return _replay(stored)
            values = forms.decode(call.form)
            values.update(forms.decode(call.query))
            answer, is_stored = _attempt(unit, route, path_ids, values, request_id=request_id, call=call)
            if fault == "http_500_after_commit":
                answer = Answer(status=500, body=dump(spoiled.server_error().body(request_id=request_id)))
            if key is not None and is_stored:
                stored = Stored(status=answer.status, body=answer.body, request_id=request_id)
                idempotency.remember(unit, key, mark=mark, stored=stored)
        return answer

    def _log(self, call: Call, answer: Answer, *, started: float) -> None:
        self._sandbox.requests.appendleft(
            {
                "id": answer.headers["Request-Id"],
                "method": call.method,
                "path": call.path,
                "query": call.query,
                "status": answer.status,
                "idempotency_key": call.key,
                "is_replay": "Idempotent-Replayed" in answer.headers,
                "version": call.headers.get("stripe-version"),
                "at": started,
                "milliseconds": round((time.time() - started) * 1000, 1),
            }
        )


def _check_account(call: Call, key: str, *, account_id: str) -> None:
    """Connect is not built: the only account that a key reaches, by header or by path, is its own."""
    keys.check_account(key, wanted=call.headers.get("stripe-account", account_id), account_id=account_id)
    if (named := _ACCOUNT_PATH.match(call.path)) is not None:
        keys.check_account(key, wanted=named[1], account_id=account_id)


def _check_body(call: Call) -> None:
    """Raises ApiError for a body that is no form, and for an idempotency key that is too long (its words assumed)."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if call.form and kind not in FORM_TYPES:
        raise ApiError(
            "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have "
            "any questions, we can help at https://support.stripe.com/."
        )
    if call.key is not None and len(call.key) > LONGEST_KEY:
        raise ApiError(f"Idempotency keys can be at most {LONGEST_KEY} characters.", type="idempotency_error")


def _run(unit: Unit, route: routing.Route, path_ids: dict[str, str], values: dict[str, Any]) -> str:
    if route.schema is not None:
        values = params.check(route.schema, values, optional=route.optional, extra=route.extra)
    if route.is_write and test_clocks.KIND.partition(".")[0] not in route.pattern.pattern:
        test_clocks.stand_for_call(unit, values, path_ids)
    paths = [path for path in values.pop("expand", None) or [] if path]
    thing: StripeObject = route.handler(unit, values, **path_ids)
    return dump(expand(unit, shown(thing), paths=paths))


def _attempt(
    unit: Unit,
    route: routing.Route,
    path_ids: dict[str, str],
    values: dict[str, Any],
    *,
    request_id: str,
    call: Call,
) -> tuple[Answer, bool]:
    """Run the handler inside a savepoint; second: whether the answer is kept under the key."""
    unit.connection.execute("SAVEPOINT attempt")
    try:
        body = _run(unit, route, path_ids, values)
    except ApiError as error:
        if error.keeps_changes:
            unit.flush()
        else:
            unit.forget()
            unit.connection.execute("ROLLBACK TO attempt")
        return _error_answer(error, call, request_id=request_id), error.is_executed
    headers = {"Stripe-Should-Retry": "false"} if call.method == "POST" else {}
    return Answer(status=200, body=body, headers=headers), True


def _replay(stored: Stored) -> Answer:
    headers = {"Original-Request": stored.request_id, "Idempotent-Replayed": "true"}
    if stored.status in {200, 400, PAYMENT_REQUIRED}:
        headers["Stripe-Should-Retry"] = "false"
    return Answer(status=stored.status, body=stored.body, headers=headers)


def _error_answer(error: ApiError, call: Call, *, request_id: str) -> Answer:
    headers = {}
    if error.is_executed and call.method == "POST":
        headers["Stripe-Should-Retry"] = "false"
    return Answer(status=error.status, body=dump(error.body(request_id=request_id)), headers=headers)


def _wait(fault: Fault | None) -> None:
    if fault is not None and fault.name == "latency":
        time.sleep(fault.drawn_seconds())
