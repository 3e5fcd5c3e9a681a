"""Who a new visitor of a development start can sign in as; the command `seed_demo` makes them."""

from django.conf import settings

STAFF_EMAIL = "staff@tidewater.example"
STAFF_NAME = "Sam Keel"
OWNER_EMAIL = "demo@tidewater.example"
OWNER_NAME = "Dana Oakes"
ORGANIZATION_NAME = "Oakline Studio"
# Known to everybody who can read this file, which is why the command refuses to run in production.
PASSWORD = "harbour-lights-42"  # noqa: S105


def logins() -> str:
    """The lines that tell a visitor how to sign in."""
    return (
        f"  customer  {OWNER_EMAIL}  password {PASSWORD}  (owner of {ORGANIZATION_NAME})\n"
        f"  staff     {STAFF_EMAIL}  password {PASSWORD}  ({settings.SITE_URL}/admin/)"
    )
