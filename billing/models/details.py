"""Who is billed and where, on both sides: personal data, in rows that can be erased without touching the books."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.models.customer import Customer
from billing.terms import IntentState, TaxIdStatus


class Address(models.Model):
    """`country` is two capital letters (ISO 3166-1)."""

    line1 = models.CharField("street", max_length=200, blank=True)
    line2 = models.CharField("more", max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=30, blank=True)
    state = models.CharField("state or region", max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        abstract = True


class BillingDetails(Address):
    """Our side: the organization's billing address; its name and e-mail stand on the organization itself.

    `agreed` holds what both sides last had in common, by which one sees who has changed something since.
    """

    organization = models.OneToOneField(
        "accounts.Organization", on_delete=models.CASCADE, related_name="billing_details"
    )
    changed_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody here last changed name, e-mail or address."
    )
    agreed = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "billing details"

    def __str__(self) -> str:
        return f"{self.organization}"


class CustomerDetails(Address):
    """Stripe's side, as it was last fetched. `due_at` is set while nobody has compared it with ours."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="details")
    name = models.CharField(max_length=256, blank=True)
    email = models.CharField(max_length=512, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        verbose_name_plural = "customer details"

    def __str__(self) -> str:
        return self.name or str(self.customer)


class TaxId(models.Model):
    """A tax number of a customer, with what the authority answered Stripe about it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tax_ids")
    stripe_tax_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=40)
    value = models.CharField(max_length=100)
    country = models.CharField(max_length=2, blank=True)
    status = models.CharField(max_length=20, choices=choices_of(TaxIdStatus), blank=True)

    class Meta:
        verbose_name = "tax id"

    def __str__(self) -> str:
        return f"{self.type} {self.value}"


class DetailsRequest(models.Model):
    """What Stripe is to hear of our side. `values` are the inputs of the call, emptied once it has ended."""

    class Action(models.TextChoices):
        UPDATE = "update", "Change the details"
        ADD_TAX_ID = "add_tax_id", "Add a tax id"
        REMOVE_TAX_ID = "remove_tax_id", "Remove a tax id"

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="details_requests"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField(default=uuid4)
    action = models.CharField(max_length=15, choices=Action.choices)
    values = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_details_request_per_request"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.customer} {self.state}"
