"""Which roles a member of staff has; what a role may do stands in `billing/rules/staff_roles.py`."""

from accounts.models import User
from billing.terms import StaffRole


def roles_of(user: User) -> frozenset[StaffRole]:
    """The roles by which this person's limits go. A superuser counts as billing admin; without staff status: none."""
    if not (user.is_active and user.is_staff):
        return frozenset()
    names = set(user.groups.values_list("name", flat=True))
    found = {role for role in StaffRole if role.value in names}
    return frozenset(found | {StaffRole.BILLING_ADMIN} if user.is_superuser else found)
