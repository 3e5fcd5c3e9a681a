"""The staff's roles; each is a group of Django's with the rights that `billing/rules/staff_roles.py` gives it."""

from enum import StrEnum


class StaffRole(StrEnum):
    """Support helps customers, finance moves money, a billing admin sets the rules, an auditor only reads."""

    SUPPORT = "support"
    FINANCE = "finance"
    BILLING_ADMIN = "billing_admin"
    AUDITOR = "auditor"
