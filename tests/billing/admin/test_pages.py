"""Every page of billing in the admin: it shows a row, finds it, stays quick, and changes nothing."""

import re
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from billing.models import RefundLimit
from tests.billing.admin.rows import ROWS

pytestmark = pytest.mark.django_db
every_page = pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)

EDITED = {RefundLimit}  # A table of settings, with a page to change them.
OUR_LINK = re.compile('<a class="font-medium underline" href="(/admin/[^"]+)"')


def address(model: type[Model], page: str, *args: object) -> str:
    quoted = [quote(argument) for argument in args]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=quoted)


def make(model: type[Model], number: int = 0) -> Model:
    return ROWS[model][0](number)


def shown(answer) -> set[object]:
    return {row.pk for row in answer.context["cl"].result_list}


def test_every_registered_page_of_billing_is_in_the_table() -> None:
    registered = {m for m in admin.site._registry if m._meta.app_label in ("billing", "django_celery_beat")}

    assert registered == set(ROWS)


@every_page
def test_the_list_and_the_page_of_a_row_answer(staff: Client, model: type[Model]) -> None:
    row = make(model)

    listed, opened = staff.get(address(model, "changelist")), staff.get(address(model, "change", row.pk))

    assert (listed.status_code, opened.status_code) == (200, 200)
    assert row.pk in shown(listed)
    assert address(model, "change", row.pk) in listed.content.decode()


@every_page
def test_the_page_of_a_row_shows_no_tuple_and_no_object(staff: Client, model: type[Model]) -> None:
    row = make(model)

    for page in (address(model, "changelist"), address(model, "change", row.pk)):
        text = staff.get(page).content.decode()
        for raw in ("(&#x27;", "(&quot;", " object at 0x", "&lt;a "):
            assert raw not in text


@every_page
def test_every_link_of_a_row_leads_somewhere(staff: Client, model: type[Model]) -> None:
    row = make(model)
    pages = [address(model, "changelist"), address(model, "change", row.pk)]

    links = {link for page in pages for link in OUR_LINK.findall(staff.get(page).content.decode())}

    assert {link: staff.get(unescape(link)).status_code for link in links} == dict.fromkeys(links, 200)


@every_page
def test_a_row_is_found_by_its_name_and_others_are_not(staff: Client, model: type[Model]) -> None:
    rows = [make(model, number) for number in (7, 8)]
    text = ROWS[model][1](rows[0])

    found = staff.get(address(model, "changelist"), {"q": text})

    assert shown(found) == {rows[0].pk}


@every_page
def test_every_filter_and_every_order_answers(staff: Client, model: type[Model]) -> None:
    make(model)
    page = admin.site._registry[model]

    answers = [
        staff.get(address(model, "changelist"), {"o": column}) for column in range(1, len(page.list_display) + 1)
    ]
    spec = answers[0].context["cl"].filter_specs
    answers += [
        staff.get(address(model, "changelist") + choice["query_string"])
        for filtered in spec
        for choice in filtered.choices(answers[0].context["cl"])
        if "query_string" in choice
    ]

    assert {answer.status_code for answer in answers} == {200}


@every_page
def test_more_rows_cost_no_more_queries(staff: Client, model: type[Model]) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            staff.get(address(model, "changelist"))
        return len(queries)

    make(model, 1)
    make(model, 2)
    few = count()
    for number in range(3, 9):
        make(model, number)

    assert count() == few


@pytest.mark.parametrize("model", [row for row in ROWS if row not in EDITED], ids=lambda model: model.__name__)
def test_nothing_is_added_changed_or_deleted_by_hand(staff: Client, model: type[Model]) -> None:
    row = make(model)
    before = model.objects.filter(pk=row.pk).values().get()

    answers = [
        staff.get(address(model, "add")),
        staff.post(address(model, "add"), {}),
        staff.post(address(model, "change", row.pk), dict.fromkeys(before, "1")),
        staff.get(address(model, "delete", row.pk)),
        staff.post(address(model, "delete", row.pk), {"post": "yes"}),
    ]
    staff.post(address(model, "changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})

    assert [answer.status_code for answer in answers] == [403] * 5
    assert model.objects.filter(pk=row.pk).values().get() == before


@every_page
def test_staff_without_the_permission_are_refused(newcomer: Client, model: type[Model]) -> None:
    row = make(model)

    answers = [newcomer.get(address(model, "changelist")), newcomer.get(address(model, "change", row.pk))]

    assert [answer.status_code for answer in answers] == [403, 403]


@every_page
def test_staff_with_the_permission_to_view_may_view(newcomer: Client, model: type[Model]) -> None:
    row = make(model)
    may_view = Permission.objects.get(
        content_type__app_label=model._meta.app_label, codename=f"view_{model._meta.model_name}"
    )
    User.objects.get(email="new@example.com").user_permissions.add(may_view)

    answers = [newcomer.get(address(model, "changelist")), newcomer.get(address(model, "change", row.pk))]

    assert [answer.status_code for answer in answers] == [200, 200]


@every_page
def test_a_customer_is_sent_to_sign_in(client: Client, model: type[Model]) -> None:
    client.force_login(User.objects.create_user("alice@example.com", "correct horse battery"))

    assert client.get(address(model, "changelist")).status_code in (302, 403)
