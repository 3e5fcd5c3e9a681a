from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from django.conf import settings  # Settings, the SDK and dj-stripe's models are ready only now.

        from billing.gateway.transport import install_for_dj_stripe
        from billing.mirror.dj_stripe import keep_on_this_machine

        install_for_dj_stripe()
        if settings.USES_SANDBOX:
            keep_on_this_machine()
