"""The record of an accepted version of the terms, and its erasure."""

from accounts.consent import record_consent
from accounts.models import Consent, Membership


def test_consent_holds_who_what_and_from_where(alice: Membership, settings):
    settings.TERMS_VERSION = "2031-07"

    consent = record_consent(
        user=alice.user,
        organization=alice.organization,
        occasion=Consent.Occasion.CHECKOUT,
        request_ip="2001:db8::7",
        user_agent="Netscape 4",
    )

    consent.refresh_from_db()
    assert (consent.user, consent.organization) == (alice.user, alice.organization)
    assert (consent.occasion, consent.terms_version) == ("checkout", "2031-07")
    assert (consent.ip_address, consent.user_agent) == ("2001:db8::7", "Netscape 4")


def test_overlong_browser_name_is_cut_not_refused(alice: Membership):
    consent = record_consent(
        user=alice.user,
        organization=alice.organization,
        occasion=Consent.Occasion.SIGN_UP,
        request_ip=None,
        user_agent="x" * 5000,
    )

    consent.refresh_from_db()
    assert consent.user_agent == "x" * 400


def test_erasing_consents_leaves_person_and_organization(alice: Membership):
    record_consent(
        user=alice.user,
        organization=alice.organization,
        occasion=Consent.Occasion.SIGN_UP,
        request_ip=None,
        user_agent="",
    )

    Consent.objects.filter(user=alice.user).delete()

    alice.refresh_from_db()
    assert alice.user.email == "alice@oakline.example"
