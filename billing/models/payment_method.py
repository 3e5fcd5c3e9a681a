"""What Stripe lets us know of a card: enough to name it to its owner, nothing to charge it with."""

from django.db import models


class PaymentMethod(models.Model):
    stripe_payment_method_id = models.CharField(max_length=255, unique=True)
    livemode = models.BooleanField()
    stripe_customer_id = models.CharField(max_length=255, blank=True, db_index=True, help_text="Empty once detached.")
    type = models.CharField(max_length=40)
    card_brand = models.CharField(max_length=30, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_exp_month = models.PositiveSmallIntegerField(null=True, blank=True)
    card_exp_year = models.PositiveSmallIntegerField(null=True, blank=True)
    card_fingerprint = models.CharField(max_length=100, blank=True)
    fetched_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["card_last4", "-id"], name="cards_by_last_digits")]

    def __str__(self) -> str:
        return f"{self.card_brand} {self.card_last4}".strip() or self.type
