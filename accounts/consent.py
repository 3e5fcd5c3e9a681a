"""Records that somebody accepted the terms; it must not know what was bought with them."""

from django.conf import settings

from accounts.models import Consent, Organization, User

USER_AGENT_LENGTH = 400


def record_consent(
    *,
    user: User | None,
    organization: Organization | None,
    occasion: Consent.Occasion,
    request_ip: str | None,
    user_agent: str,
) -> Consent:
    """Add one row for the terms that hold now (setting TERMS_VERSION); a longer user agent is cut.

    Each call adds a row: call it once for one acceptance, in the transaction of what was accepted. The rows can be
    deleted, by person or by age, without touching the books.
    """
    return Consent.objects.create(
        user=user,
        organization=organization,
        occasion=occasion,
        terms_version=settings.TERMS_VERSION,
        ip_address=request_ip,
        user_agent=user_agent[:USER_AGENT_LENGTH],
    )
