"""Who signs in and who pays; these models know nothing of plans, prices or Stripe."""

from accounts.models.consent import Consent
from accounts.models.invitation import Invitation
from accounts.models.organization import Membership, Organization, Role
from accounts.models.sign_in import SignIn
from accounts.models.user import User, UserManager

__all__ = ["Consent", "Invitation", "Membership", "Organization", "Role", "SignIn", "User", "UserManager"]
