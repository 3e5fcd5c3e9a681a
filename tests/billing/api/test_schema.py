"""The schema is complete and without a warning, and its pages need nobody's permission and no other host."""

from io import StringIO

import pytest
import yaml
from django.core.management import call_command

from billing.api.docs import schema_of_process


@pytest.fixture(scope="module")
def schema() -> dict:
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    return yaml.safe_load(out.getvalue())


def operations(schema: dict) -> list[tuple[str, str, dict]]:
    return [(path, method, told) for path, ways in schema["paths"].items() for method, told in ways.items()]


def test_it_is_valid_and_without_a_warning(schema) -> None:
    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/exports/" in schema["paths"]


def test_every_endpoint_says_how_it_fails_and_who_is_let_in(schema) -> None:
    for path, method, told in operations(schema):
        assert {"apiKey", "session"} == {name for way in told["security"] for name in way}, (path, method)
        for status in ("400", "401", "403", "404", "429"):
            assert "application/problem+json" in told["responses"][status]["content"], (path, method)


def test_every_endpoint_says_in_a_few_words_what_it_does(schema) -> None:
    for path, method, told in operations(schema):
        assert 5 < len(told.get("summary", "")) <= 120, (path, method)
        assert told["tags"][0][0].isupper(), (path, method)


def test_every_write_names_its_idempotency_key(schema) -> None:
    for path, method, told in operations(schema):
        names = {parameter["name"] for parameter in told.get("parameters", []) if parameter["in"] == "header"}
        assert ("Idempotency-Key" in names) == (method != "get"), (path, method)


def test_only_addresses_of_the_api_are_described(schema) -> None:
    assert [path for path in schema["paths"] if not path.startswith("/api/v1/")] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/api/schema/", "application/vnd.oai.openapi"),
        ("/api/schema/?format=json", "application/vnd.oai.openapi+json"),
        ("/api/docs/", "text/html"),
        ("/api/docs/?script=", "application/javascript"),
        ("/api/docs/errors/", "text/html"),
    ],
)
def test_anybody_may_read_them(client, address: str, kind: str) -> None:
    answer = client.get(address)

    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, kind)


def test_the_schema_is_made_once_a_process() -> None:
    assert schema_of_process() is schema_of_process()
