"""That somebody signed in, when, and from where: personal data, erased with the person and by age."""

from django.db import models
from django.utils import timezone

from accounts.models.user import User


class SignIn(models.Model):
    """One sign-in. Rows are added and erased, never changed; nothing rests on them but what we can show of a use."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    ip_address = models.GenericIPAddressField("IP address", null=True, blank=True)
    user_agent = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    def __str__(self) -> str:
        return f"Sign-in at {self.created_at:%Y-%m-%d %H:%M}"
