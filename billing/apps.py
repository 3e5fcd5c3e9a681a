from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing.gateway.transport import install_for_dj_stripe  # The SDK is ready only now.

        install_for_dj_stripe()
