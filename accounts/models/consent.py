"""That somebody accepted the terms, when, and from where: personal data, erased apart from the books."""

from django.db import models
from django.utils import timezone

from accounts.models.organization import Organization
from accounts.models.user import User


class Consent(models.Model):
    """One acceptance of one version of the terms. Rows are added and erased, never changed."""

    class Occasion(models.TextChoices):
        SIGN_UP = "sign_up", "Sign-up"
        CHECKOUT = "checkout", "Checkout"

    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="consents")
    organization = models.ForeignKey(Organization, on_delete=models.SET_NULL, null=True, related_name="consents")
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    terms_version = models.CharField(max_length=40)
    ip_address = models.GenericIPAddressField("IP address", null=True, blank=True)
    user_agent = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.occasion} {self.terms_version}"
