"""Answers a POST with "see there" (303), so that a reload never posts again."""

from django.http import HttpResponseRedirect


class _SeeOther(HttpResponseRedirect):
    status_code = 303
    allowed_schemes = ["http", "https"]


def see_other(address: str) -> HttpResponseRedirect:
    """To a page of ours, or to a hosted page whose address Stripe gave us."""
    return _SeeOther(address)
