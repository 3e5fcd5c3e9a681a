"""Writes and reads the signed link of an invitation; whether the offer still holds is the row's to say."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import Http404
from django.urls import reverse

from accounts.models import Invitation

SALT = "accounts.invitation"


def join_path(invitation: Invitation) -> str:
    """The path that lets the invited person in, for mail only."""
    return reverse("accounts:join", args=[signing.dumps(str(invitation.uuid), salt=SALT)])


def read_link(signed: str) -> tuple[Invitation, bool]:
    """The invitation that a link names, and whether the link's own time has run out. 404 if it is not ours."""
    is_lapsed = False
    max_age = timedelta(days=settings.INVITATION_DAYS)
    try:
        uuid = signing.loads(signed, salt=SALT, max_age=max_age)
    except signing.SignatureExpired:
        is_lapsed = True
        uuid = signing.loads(signed, salt=SALT)
    except signing.BadSignature as error:
        raise Http404("Not a link of ours") from error
    related = Invitation.objects.select_related("organization", "invited_by")
    invitation = related.filter(uuid=uuid).first()
    if invitation is None:
        raise Http404("The invitation was deleted")
    return invitation, is_lapsed
