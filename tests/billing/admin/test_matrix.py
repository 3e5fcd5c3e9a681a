"""Role × action: every address and action of the admin is posted to directly by every role, and by outsiders."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from billing import audit
from billing.admin.read_only import NothingByHand
from billing.models import AuditEntry, StaffTask
from billing.terms import StaffRole
from tests.billing.admin.matrix import ADDRESSES, BY_HAND, FORMS, LIST_ACTIONS, OF_THE_MACHINE
from tests.billing.admin.rows import ROWS
from tests.factories import OrganizationFactory
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db
OWN_PAGES = {"changelist", "add", "history", "delete", "change"}
UNKNOWN: dict[str, object] = {"object_id": 999_999_999, "id": 999_999_999, "kind": "no-such-mail"}
STAFF = [*StaffRole, "superuser", "no role"]
# These only lead on to a form, whatever the id; the form looks at it.
LEADS_ON = {"billing_dunningpolicy_next_version", "webhooks_inboxevent_replay_one"}
LET_IN = (200, 302, 400, 405)  # 400 is a form with its faults.
every_kind = pytest.mark.parametrize("kind", STAFF)


def label_of(model: Any) -> str:
    return str(model._meta.label_lower)


def person(kind: str) -> User:
    fields = {"is_staff": kind not in ("customer",), "is_superuser": kind == "superuser"}
    user = User.objects.create_user(f"{kind.replace(' ', '-')}@example.com", "correct horse battery", **fields)
    if kind in list(StaffRole):
        user.groups.add(Group.objects.get(name=kind))
    return user


def client_of(kind: str) -> Client:
    client = Client()
    if kind != "anonymous":
        client.force_login(person(kind))
    return client


def addresses() -> Iterator[tuple[str, Any, list[str]]]:
    """Name, page and parameters of every address beside Django's own."""
    for model, page in admin.site._registry.items():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        for pattern in page.get_urls():
            name = getattr(pattern, "name", None)
            if name and name.removeprefix(prefix) not in OWN_PAGES:
                yield name, page, list(pattern.pattern.converters)


def unknown(parameters: list[str]) -> dict[str, object]:
    return {name: UNKNOWN.get(name, 999_999_999) for name in parameters}


class Known:
    """Rows that are there, one of each of our models."""

    def __init__(self) -> None:
        self._rows: dict[Any, object] = {}

    def named(self, page: Any, parameters: list[str]) -> dict[str, object]:
        found = unknown(parameters)
        if "object_id" in found and page.model in ROWS:
            found["object_id"] = self._row(page.model)
        if "organization_id" in found:
            found["organization_id"] = OrganizationFactory().pk
        return found

    def _row(self, model: Any) -> object:
        if model not in self._rows:
            self._rows[model] = ROWS[model][0](1).pk
        return self._rows[model]


def allowed(kind: str, roles: frozenset[StaffRole]) -> bool:
    return kind == "superuser" or kind in roles


def test_every_address_is_in_the_table() -> None:
    assert {name for name, _, _ in addresses()} == set(ADDRESSES)


def test_every_action_of_a_list_is_in_the_table() -> None:
    found = {
        f"{label_of(model)}.{getattr(action, '__name__', action)}"
        for model, page in admin.site._registry.items()
        for action in page.actions or []
    }

    assert found == set(LIST_ACTIONS)


@every_kind
def test_a_direct_post_is_refused_or_finds_nothing(kind: str) -> None:
    """Who may gets 404 for an id that is not there; who may not gets 403 for it and for one that is there."""
    client, known, answers, expected = client_of(kind), Known(), {}, {}
    for name, page, parameters in addresses():
        is_allowed = allowed(kind, ADDRESSES[name])
        named = unknown(parameters)
        status = client.post(reverse(f"admin:{name}", kwargs=named), {}).status_code
        answers[name] = "let in" if (not named or name in LEADS_ON) and status in LET_IN else status
        expected[name] = 403 if not is_allowed else "let in" if not named or name in LEADS_ON else 404
        if not is_allowed and named:
            row = reverse(f"admin:{name}", kwargs=known.named(page, parameters))
            answers[f"{name} that is there"] = client.post(row, {}).status_code
            answers[f"{name} that is there, read"] = client.get(row).status_code
            expected |= {f"{name} that is there": 403, f"{name} that is there, read": 403}

    assert answers == expected


@pytest.mark.parametrize("kind", ["customer", "anonymous"])
def test_outsiders_are_sent_to_sign_in_from_every_address(kind: str) -> None:
    client = client_of(kind)

    answers = {
        name: client.post(reverse(f"admin:{name}", kwargs=unknown(parameters)), {}).headers.get("Location", "")
        for name, _, parameters in addresses()
    }

    assert {name: place for name, place in answers.items() if not place.startswith("/admin/login/")} == {}


@every_kind
def test_only_the_actions_of_the_role_are_offered(kind: str) -> None:
    request = RequestFactory().get("/admin/")
    request.user = person(kind)

    offered = {
        f"{label_of(model)}.{name}"
        for model, page in admin.site._registry.items()
        for name in page.get_actions(request)
        if label_of(model) not in BY_HAND
    }

    assert offered == {name for name, roles in LIST_ACTIONS.items() if allowed(kind, roles)}


@pytest.mark.parametrize("kind", [*StaffRole, "no role", "customer", "anonymous"])
def test_an_action_of_a_list_that_is_not_the_roles_does_nothing(kind: str) -> None:
    rows = {
        "billing.auditentry": audit.record("a", subject="x", organization=None, actor=None),
        "billing.stafftask": StaffTask.objects.create(key="k", kind="other", summary="Look at it."),
        "billing.work": ROWS[next(model for model in ROWS if label_of(model) == "billing.work")][0](1),
        "webhooks.inboxevent": InboxEvent.objects.create(
            provider="stripe", endpoint="stripe", event_id="evt_1", type="x", body=b"{}", handled_at=timezone.now()
        ),
    }
    client = client_of(kind)
    before = AuditEntry.objects.count()

    for name, roles in LIST_ACTIONS.items():
        label, _, action = name.rpartition(".")
        if not allowed(kind, roles):
            page = reverse(f"admin:{label.replace('.', '_')}_changelist")
            answer = client.post(page, {"action": action, "_selected_action": rows[label].pk})
            assert not answer.streaming, name

    assert AuditEntry.objects.count() == before  # Each of them would be noted.


@every_kind
def test_nothing_is_added_changed_or_deleted_by_a_direct_post(kind: str) -> None:
    """A superuser is refused on our read-only pages (those of `ROWS` by test_pages), everybody else on all others."""
    client, answers = client_of(kind), {}
    for model in admin.site._registry:
        if model in ROWS or (kind == "superuser") == (label_of(model) in BY_HAND):
            continue
        for page, given in [("add", []), ("change", [999_999_999]), ("delete", [999_999_999])]:
            address = reverse(f"admin:{label_of(model).replace('.', '_')}_{page}", args=given)
            answers[address] = client.post(address, {"post": "yes"}).status_code
    for label, roles in FORMS.items():
        for page, given in [("add", []), ("change", [999_999_999]), ("delete", [999_999_999])]:
            if page == "delete" or not allowed(kind, roles):
                address = reverse(f"admin:{label.replace('.', '_')}_{page}", args=given)
                answers[address] = client.post(address, {"post": "yes"}).status_code

    assert answers
    assert {address: status for address, status in answers.items() if status != 403} == {}


@every_kind
def test_each_list_opens_for_who_may_view_it_and_for_nobody_else(kind: str) -> None:
    request = RequestFactory().get("/admin/")
    request.user = person(kind)
    labels = {label_of(model) for model in admin.site._registry}

    seen = {label_of(model) for model, page in admin.site._registry.items() if page.has_view_permission(request)}

    of_the_desk = labels - OF_THE_MACHINE
    may = {StaffRole.SUPPORT: of_the_desk, StaffRole.FINANCE: of_the_desk, "no role": set()}
    assert seen == may.get(kind, labels)
    client = Client()
    client.force_login(request.user)
    for label in labels - seen:
        assert client.get(reverse(f"admin:{label.replace('.', '_')}_changelist")).status_code == 403


def test_no_page_of_ours_can_be_edited_by_hand_not_even_in_its_parts() -> None:
    parts = {
        part.__name__
        for model, page in admin.site._registry.items()
        if label_of(model) not in BY_HAND | set(FORMS)
        for part in (type(page), *page.inlines)
        if not issubclass(part, NothingByHand)
    }

    assert parts == set()
