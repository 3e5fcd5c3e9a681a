"""Sending to an address that a customer has named: signed as the standard says, in time, and never into our net."""

import base64
import hashlib
import hmac
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from standardwebhooks import WebhookVerificationError

from billing.gateway.transport import NetworkInTransaction
from billing.gateway.webhook_sender import Answer, Outgoing, Sender, refuse_private_address
from billing.rules.webhook_url import UrlRefused
from tests.billing.receiver import Receiver, receiving

SECRET, OTHER = "whsec_" + base64.b64encode(b"a" * 32).decode(), "whsec_" + base64.b64encode(b"b" * 32).decode()
BODY = '{"type":"webhook.test"}'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def message(url: str, *, secrets: tuple[str, ...] = (SECRET,)) -> Outgoing:
    return Outgoing(url, "evt_1", BODY, secrets, datetime.now(tz=UTC))


def send(url: str, sender: Sender | None = None, **changed) -> Answer:
    return (sender or Sender(allows_local=True)).send_all([message(url, **changed)])[0]


def test_what_arrives_is_verified_by_the_standards_own_library(receiver: Receiver) -> None:
    answer = send(receiver.url + "?a=1")

    [got] = receiver.got
    assert (answer.status_code, answer.error, answer.text) == (200, "", "ok")
    assert (got.path, got.body.decode()) == ("/in?a=1", BODY)
    assert got.verified(SECRET) == {"type": "webhook.test"}
    assert got.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        got.verified(OTHER)


def test_and_by_hand(receiver: Receiver) -> None:
    send(receiver.url)

    [got] = receiver.got
    signed = f"{got.id}.{got.headers['webhook-timestamp']}.{got.body.decode()}".encode()
    mac = hmac.new(b"a" * 32, signed, hashlib.sha256).digest()
    assert got.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 5


def test_while_a_secret_is_replaced_both_sign(receiver: Receiver) -> None:
    send(receiver.url, secrets=(SECRET, OTHER))

    [got] = receiver.got
    assert got.verified(SECRET) == got.verified(OTHER)
    assert len(got.headers["webhook-signature"].split(" ")) == 2


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    with receiving() as inner:
        receiver.answers, receiver.location = (lambda number: 307), inner.url
        answer = send(receiver.url)

        assert (answer.status_code, answer.error) == (307, "redirect_not_followed")
        assert inner.got == []


def test_of_a_long_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.text = b"x" * 300_000

    assert send(receiver.url).text == "x" * 1024


def test_what_is_no_text_can_be_kept_all_the_same(receiver: Receiver) -> None:
    receiver.text = b"\0\xff<b>"

    assert send(receiver.url).text == "\ufffd\ufffd<b>"


@pytest.mark.parametrize("drips", [False, True])
def test_a_slow_answer_is_cut_off(receiver: Receiver, drips: bool) -> None:
    receiver.drips, receiver.seconds = drips, 0.0 if drips else 3.0
    began = time.monotonic()

    answer = send(receiver.url, Sender(allows_local=True, total_seconds=0.4))

    assert (answer.status_code, answer.error) == (None, "timed_out")
    assert time.monotonic() - began < 1.5


def test_a_slow_one_holds_up_no_other(receiver: Receiver) -> None:
    receiver.seconds = 2.0
    with receiving() as quick:
        sender = Sender(allows_local=True, total_seconds=0.5)
        answers = sender.send_all([message(receiver.url), message(quick.url)])

    assert [answer.status_code for answer in answers] == [None, 200]


def test_where_nobody_listens_is_told_by_a_word() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        answer = send(f"http://127.0.0.1:{closed.getsockname()[1]}/")

    assert (answer.status_code, answer.error) == (None, "ConnectionRefusedError")


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://127.0.0.1:{port}/in", ["127.0.0.1"]),
        ("https://127.0.0.1:{port}/in", ["127.0.0.1"]),
        ("https://2130706433:{port}/in", ["127.0.0.1"]),
        ("https://hooks.example.com:{port}/in", ["127.0.0.1"]),
        ("https://hooks.example.com:{port}/in", ["8.8.8.8", "127.0.0.1"]),
        ("https://hooks.example.com:{port}/in", ["::ffff:127.0.0.1"]),
        ("https://hooks.example.com:{port}/in", ["169.254.169.254"]),
        ("https://hooks.example.com:{port}/in", []),
    ],
)
def test_into_our_own_net_nothing_is_sent(receiver: Receiver, url: str, addresses: list[str]) -> None:
    sender = Sender(allows_local=False, resolve=lambda host, port: addresses, total_seconds=1.0)

    answer = send(url.format(port=receiver.port), sender)

    assert (answer.status_code, answer.error) == (None, "address_not_public")
    assert receiver.got == []


def test_a_name_that_leads_elsewhere_the_second_time_is_not_asked_twice(receiver: Receiver) -> None:
    """What was checked is what is called: a second look would lead into our net."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    answer = send(f"http://hooks.example.com:{receiver.port}/in", Sender(allows_local=True, resolve=rebinding))

    assert (answer.status_code, asked) == (200, ["hooks.example.com"])
    assert receiver.got[0].headers["host"] == f"hooks.example.com:{receiver.port}"


@pytest.mark.parametrize(("addresses", "is_refused"), [(["10.0.0.1"], True), (["8.8.8.8"], False)])
def test_a_name_is_looked_up_when_it_is_saved(settings, addresses: list[str], is_refused: bool) -> None:
    settings.ENVIRONMENT = "production"
    if is_refused:
        with pytest.raises(UrlRefused):
            refuse_private_address("https://hooks.example.com/", resolve=lambda host, port: addresses)
    else:
        refuse_private_address("https://hooks.example.com/", resolve=lambda host, port: addresses)


@pytest.mark.django_db
def test_nothing_is_sent_inside_a_transaction(receiver: Receiver) -> None:
    with transaction.atomic(), pytest.raises(NetworkInTransaction):
        send(receiver.url)

    assert receiver.got == []


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(tz=UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{name}.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return pem


@pytest.mark.parametrize(
    ("host", "status", "error"),
    [("hooks.example.com", 200, ""), ("other.example.com", None, "certificate: Hostname mismatch")],
)
def test_the_certificate_must_be_of_the_name_though_an_address_is_called(
    tmp_path: Path, host: str, status: int | None, error: str
) -> None:
    pem = certificate(tmp_path, "hooks.example.com")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    trusting = ssl.create_default_context(cafile=pem)
    with receiving(lambda plain: serving.wrap_socket(plain, server_side=True)) as secured:
        sender = Sender(
            allows_local=True, resolve=lambda name, port: ["127.0.0.1"], context=lambda: trusting, total_seconds=3.0
        )
        answer = send(f"https://{host}:{secured.port}/in", sender)

    assert answer.status_code == status
    assert answer.error.startswith(error)
    assert [one.headers["host"] for one in secured.got] == ([f"{host}:{secured.port}"] if status else [])


def test_a_receiver_that_only_holds_the_line_is_cut_off(tmp_path: Path) -> None:
    """It accepts the connection and never shakes hands."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        sender = Sender(allows_local=True, total_seconds=0.4)
        answer = send(f"https://127.0.0.1:{silent.getsockname()[1]}/", sender)

    assert (answer.status_code, answer.error) == (None, "timed_out")
    assert time.monotonic() - began < 1.5
