"""Who a new visitor of a development start can sign in as; the command `seed_demo` makes them."""

from django.conf import settings

from billing.terms import StaffRole

STAFF_EMAIL = "staff@tidewater.example"
STAFF_NAME = "Sam Keel"
# One person a role, so that what needs a second person can be tried with two of them.
STAFF_OF_ROLES = {
    StaffRole.SUPPORT: ("support@tidewater.example", "Una Pell"),
    StaffRole.FINANCE: ("finance@tidewater.example", "Finn Marrow"),
    StaffRole.BILLING_ADMIN: ("billing-admin@tidewater.example", "Bea Lockwood"),
    StaffRole.AUDITOR: ("auditor@tidewater.example", "Audra Quay"),
}
OWNER_EMAIL = "demo@tidewater.example"
OWNER_NAME = "Dana Oakes"
ORGANIZATION_NAME = "Oakline Studio"
# Known to everybody who can read this file, which is why the command refuses to run in production.
PASSWORD = "harbour-lights-42"  # noqa: S105


def logins() -> str:
    """The lines that tell a visitor how to sign in."""
    roles = ", ".join(email for email, _ in STAFF_OF_ROLES.values())
    return (
        f"  customer  {OWNER_EMAIL}  password {PASSWORD}  (owner of {ORGANIZATION_NAME})\n"
        f"  staff     {STAFF_EMAIL}  password {PASSWORD}  ({settings.SITE_URL}/admin/, may do everything)\n"
        f"  by role   {roles}  (the same password)"
    )
