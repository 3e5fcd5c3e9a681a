"""Which configuration of Stripe's customer portal is ours, so that a dashboard default never decides."""

from django.db import models


class PortalConfiguration(models.Model):
    livemode = models.BooleanField(unique=True)
    stripe_configuration_id = models.CharField(max_length=255)

    def __str__(self) -> str:
        return self.stripe_configuration_id
