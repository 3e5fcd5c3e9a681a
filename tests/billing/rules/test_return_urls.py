"""Where Stripe's pages may send a person back to."""

from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from billing.errors import InvalidInput
from billing.rules.return_urls import RETURN_PATHS, return_url

SITE = "https://billing.example"


@pytest.mark.parametrize("name", sorted(RETURN_PATHS))
def test_every_name_leads_to_a_page_on_our_own_host(name: str) -> None:
    url = urlsplit(return_url(name, site_url=SITE))

    assert (url.scheme, url.netloc) == ("https", "billing.example")
    assert resolve(url.path)


@pytest.mark.parametrize(
    "brought",
    [
        "",
        "nowhere",
        "Billing",
        "/billing/",
        "//evil.example",
        "https://evil.example/",
        ".evil.example/",
        "@evil.example/",
        "billing\n",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_a_request_brings_is_refused(brought: str) -> None:
    with pytest.raises(InvalidInput):
        return_url(brought, site_url=SITE)
