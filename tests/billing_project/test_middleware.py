"""Which pages may run what, as the admin's theme needs more than the rest; and what is shown where nothing is."""

import pytest
from django.test import Client


def directives(client: Client, path: str) -> dict[str, list[str]]:
    header = client.get(path).headers["Content-Security-Policy"]
    return {name: values for name, *values in (part.split() for part in header.split(";"))}


@pytest.mark.django_db
def test_admin_pages_allow_what_their_theme_needs(client: Client) -> None:
    policy = directives(client, "/admin/login/")

    assert policy["script-src"] == ["'self'", "'unsafe-eval'"]
    assert policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/accounts/signup/", "/healthz", "/administration/"])
def test_all_other_pages_allow_no_inline_code_and_no_eval(client: Client, path: str) -> None:
    policy = directives(client, path)

    assert "script-src" not in policy
    assert "style-src" not in policy
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    assert not any("unsafe" in value for values in policy.values() for value in values)


@pytest.mark.django_db
def test_a_broken_link_shows_the_same_page_with_debug_as_without(client: Client, settings) -> None:
    settings.DEBUG = True

    response = client.get("/team/join/not-a-link-of-ours/")

    assert response.status_code == 404
    assert "Not found, or not yours" in response.content.decode()
