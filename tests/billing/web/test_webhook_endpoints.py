"""The pages of webhooks: for those who manage the billing; the secret stands in one answer and in no other."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.utils import timezone

from billing.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from billing.services.send_webhooks import send_due_webhooks
from tests.billing.receiver import Receiver, receiving
from tests.billing.web.reading import words

pytestmark = pytest.mark.django_db
PAGE = "/team/webhooks/"
WRITTEN = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def form(**changed) -> dict:
    return {
        "url": "http://127.0.0.1:9/in",
        "description": "Our CRM",
        "kinds": ["invoice.paid", "customer.state_changed"],
        "request_key": str(uuid4()),
        **changed,
    }


def key() -> dict:
    return {"request_key": str(uuid4())}


def added(browser, **changed) -> tuple[WebhookEndpoint, str]:
    made = browser.post(PAGE, form(**changed))
    assert made.status_code == 200, words(made)
    return WebhookEndpoint.objects.latest("pk"), WRITTEN.findall(made.content.decode())[0]


def test_a_secret_is_shown_once(alice, browser_of) -> None:
    browser, sent = browser_of(alice), form()

    made, again, page = browser.post(PAGE, sent), browser.post(PAGE, sent), browser.get(PAGE)

    assert len(WRITTEN.findall(made.content.decode())) == 1
    assert WRITTEN.search(again.content.decode() + page.content.decode()) is None
    assert "was shown before" in words(again)
    assert "no-store" in made["Cache-Control"]
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.kinds == ["customer.state_changed", "invoice.paid"]
    assert "whsec_" not in str(WebhookEndpoint.objects.values().get())


@pytest.mark.parametrize(
    "changed",
    [
        {"url": ""},
        {"url": "http://169.254.169.254/latest/"},
        {"url": "https://10.0.0.7/"},
        {"url": "http://2852039166/"},
        {"url": "javascript:alert(1)"},
        {"kinds": []},
        {"kinds": ["webhook.test"]},
        {"description": "x" * 201},
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_saved(alice, browser_of, changed: dict) -> None:
    page = browser_of(alice).post(PAGE, form(**changed))

    assert (page.status_code, WebhookEndpoint.objects.count()) == (400, 0)
    assert 'class="error"' in page.content.decode()


def test_in_production_only_https_to_public_addresses_is_saved(alice, browser_of, settings) -> None:
    settings.ENVIRONMENT = "production"

    for url in ("http://127.0.0.1:9/in", "https://127.0.0.1/in", "http://hooks.example.com/", "https://localhost/"):
        assert browser_of(alice).post(PAGE, form(url=url)).status_code == 400

    assert not WebhookEndpoint.objects.exists()


def test_an_eleventh_address_is_refused(alice, browser_of) -> None:
    browser = browser_of(alice)
    for _ in range(10):
        added(browser)

    assert browser.post(PAGE, form()).status_code == 409
    assert WebhookEndpoint.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_a_test_arrives_is_logged_and_can_be_sent_again(alice, browser_of, receiver) -> None:
    browser = browser_of(alice)
    endpoint, secret = added(browser, url=receiver.url)
    address = f"{PAGE}{endpoint.uuid}/"
    sent = key()

    first = browser.post(f"{address}test/", sent)
    assert browser.post(f"{address}test/", sent)["Location"] == first["Location"]
    assert browser.post(f"{address}test/", key()).status_code == 409
    receiver.answers = lambda number: 200 if number > 1 else 500
    send_due_webhooks(timezone.now())
    WebhookDelivery.objects.update(run_at=timezone.now())
    send_due_webhooks(timezone.now())
    page = browser.get(first["Location"])
    again = browser.post(f"{first['Location']}again/", key(), follow=True)
    send_due_webhooks(timezone.now())

    assert receiver.types(secret) == ["webhook.test"] * 3
    assert len({got.id for got in receiver.got}) == 1
    assert "Arrived" in words(page)
    assert re.search(r"200 .* 500 ", words(page))
    assert "with the same id" in again.content.decode()
    assert words(browser.get(address)).count("webhook.test") == 2
    assert OutgoingEvent.objects.count() == 1


def test_it_is_changed_switched_off_and_on_and_removed(alice, browser_of) -> None:
    browser = browser_of(alice)
    endpoint, _ = added(browser)
    address = f"{PAGE}{endpoint.uuid}/"

    changed = browser.post(f"{address}edit/", form(description="Ledger", kinds=["invoice.void"]), follow=True)
    off = browser.post(f"{address}off/", key(), follow=True)
    refused = browser.post(f"{address}test/", key())
    on = browser.post(f"{address}on/", key(), follow=True)
    asked = browser.get(f"{address}remove/")
    assert WebhookEndpoint.objects.count() == 1
    removed = browser.post(f"{address}remove/", key(), follow=True)

    assert "Ledger" in words(changed)
    assert "Switched off on" in words(off)
    assert refused.status_code == 409
    assert "Switched on" in on.content.decode()
    assert "Remove Ledger?" in words(asked)
    assert (removed.status_code, WebhookEndpoint.objects.count()) == (200, 0)
    assert browser.get(address).status_code == 404


def test_a_replaced_secret_is_shown_once(alice, browser_of) -> None:
    browser = browser_of(alice)
    endpoint, old = added(browser)
    address, sent = f"{PAGE}{endpoint.uuid}/rotate/", key()

    made, again = browser.post(address, sent), browser.post(address, sent)

    assert WRITTEN.findall(made.content.decode()) != [old]
    assert WRITTEN.search(again.content.decode()) is None
    assert "one before it signs as well" in words(browser.get(f"{PAGE}{endpoint.uuid}/"))


def test_what_was_given_up_is_told_on_top(alice, browser_of) -> None:
    browser = browser_of(alice)
    added(browser)
    WebhookEndpoint.objects.update(disabled_at=timezone.now(), disabled_reason="failures", failures_in_a_row=12)

    assert "12 webhooks in a row did not arrive" in words(browser.get(PAGE))


PATHS = ["", "{uuid}/", "{uuid}/edit/", "{uuid}/rotate/", "{uuid}/remove/"]
POSTS = ["", *(f"{{uuid}}/{act}/" for act in ("edit", "rotate", "off", "on", "test", "remove"))]
CALLS = [
    *(("get", path) for path in [*PATHS, "sent/{delivery}/"]),
    *(("post", path) for path in [*POSTS, "sent/{delivery}/again/"]),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_members_are_refused_and_strangers_find_nothing(alice, bob, charlie, browser_of, method, path) -> None:
    endpoint, _ = added(browser_of(alice))
    delivery = browser_of(alice).post(f"{PAGE}{endpoint.uuid}/test/", key())["Location"].split("/")[-2]
    before = WebhookEndpoint.objects.values().get()
    address = PAGE + path.format(uuid=endpoint.uuid, delivery=delivery)

    statuses = [getattr(browser_of(person), method)(address, form()).status_code for person in (bob, charlie)]

    assert statuses == [403, 404 if path else 200]
    assert WebhookEndpoint.objects.filter(organization=alice.organization).values().get() == before
    assert WebhookDelivery.objects.count() == 1
