"""A person's own pages: name, e-mail."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.models import Membership
from tests.accounts.steps import path_in, request_key, text_of
from tests.factories import UserFactory

EMAIL = "/accounts/email/"


def test_person_changes_the_name(alice: Membership, signed_in):
    response = signed_in(alice).post(
        "/accounts/profile/", {"full_name": "Alice N. Nguyen", "request_key": request_key()}
    )

    alice.user.refresh_from_db()
    assert response["Location"] == "/accounts/profile/"
    assert alice.user.full_name == "Alice N. Nguyen"


@pytest.mark.parametrize("changes", [{"full_name": "x" * 151}, {"request_key": ""}], ids=lambda c: next(iter(c)))
def test_bad_name_is_refused(alice: Membership, signed_in, changes: dict[str, str]):
    form = {"full_name": "Alice", "request_key": request_key()} | changes

    response = signed_in(alice).post("/accounts/profile/", form)

    alice.user.refresh_from_db()
    assert response.status_code == 400
    assert alice.user.full_name == "Alice Nguyen"


def ask_for(browser, email: str):
    return browser.post(EMAIL, {"email": email, "action_add": "add", "request_key": request_key()})


def test_new_email_counts_only_once_its_mailbox_is_proven(alice: Membership, signed_in):
    browser = signed_in(alice)

    ask_for(browser, "alice@new.example")
    alice.user.refresh_from_db()
    before = alice.user.email
    browser.post(path_in(mail.outbox[0]), {"request_key": request_key()})

    alice.user.refresh_from_db()
    assert before == "alice@oakline.example"
    assert alice.user.email == "alice@new.example"
    assert [address.email for address in EmailAddress.objects.all()] == ["alice@new.example"]


def test_old_mailbox_is_told_of_the_change(alice: Membership, signed_in):
    browser = signed_in(alice)
    ask_for(browser, "alice@new.example")

    browser.post(path_in(mail.outbox[0]), {"request_key": request_key()})

    told = [message.to for message in mail.outbox if "was changed" in message.subject]
    assert told == [["alice@oakline.example"]]


def test_taken_email_gets_the_same_answer_and_changes_nothing(alice: Membership, signed_in):
    UserFactory(email="taken@new.example")
    browser = signed_in(alice)

    response = ask_for(browser, "taken@new.example")

    alice.user.refresh_from_db()
    assert response["Location"] == EMAIL
    assert alice.user.email == "alice@oakline.example"


@pytest.mark.parametrize("email", ["", "nobody", "alice@oakline.example"])
def test_bad_email_is_refused(alice: Membership, signed_in, email: str):
    response = ask_for(signed_in(alice), email)

    assert response.status_code == 400
    assert mail.outbox == []


def test_waiting_email_can_be_given_up(alice: Membership, signed_in):
    browser = signed_in(alice)
    ask_for(browser, "alice@new.example")
    assert "alice@new.example is not confirmed yet" in text_of(browser.get(EMAIL))

    form = {"email": "alice@new.example", "action_remove": "remove", "request_key": request_key()}
    response = browser.post(EMAIL, form, follow=True)

    assert "is not confirmed yet" not in text_of(response)
    assert [address.email for address in EmailAddress.objects.all()] == ["alice@oakline.example"]
