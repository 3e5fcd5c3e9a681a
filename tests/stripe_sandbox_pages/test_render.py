"""Which addresses a page's policy lets its forms lead to."""

import pytest

from stripe_sandbox.pages.render import origin_of, security_headers


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8000/billing?a=1,2;b='c'", "http://127.0.0.1:8000"),
        ("https://shop.example", "https://shop.example"),
        ("http://[::1]:8000/x", "http://[::1]:8000"),
        ("https://shop.example;script-src *", None),
        ("https://shop.example evil.example/", None),
        ("https://user@shop.example/", None),
        ("javascript:alert(1)", None),
        ("/billing", None),
        (None, None),
    ],
)
def test_only_the_origin_of_a_plain_web_address_is_taken(url, origin):
    assert origin_of(url) == origin


def test_each_origin_is_named_once():
    headers = security_headers(["http://a.example/1", "http://a.example/2", None])

    assert "form-action 'self' http://a.example;" in headers["Content-Security-Policy"]
