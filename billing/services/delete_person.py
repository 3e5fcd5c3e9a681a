"""Use case: a person deletes their own account; accounts decides whether, billing forgets the mail to them."""

from django.db import transaction

from accounts.leaving import delete_person as empty_account
from accounts.models import User
from billing import audit
from billing.errors import InvalidInput
from billing.models import NoticeContent


def delete_person(user: User, *, typed_email: str) -> None:
    """Delete the account of who is signed in. `typed_email` must be its e-mail.

    Organizations, their plans and what was done there stay. Safe to repeat. Raises InvalidInput for another e-mail,
    AccountsError `sole_owner`, `staff_account`.
    """
    email = user.email
    if typed_email.strip().lower() != email.lower():
        raise InvalidInput("This is not your e-mail. Nothing was deleted.", field="email")
    with transaction.atomic():
        empty_account(user)
        NoticeContent.objects.filter(notice__organization=None, recipient__iexact=email).delete()
        audit.record("person_deleted", subject=str(user.pk), organization=None, actor=user)
