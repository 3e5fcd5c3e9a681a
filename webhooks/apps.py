from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = "Webhooks"

    def ready(self) -> None:
        from billing.selectors.customer_search import set_event_finder  # Models are ready only now.
        from webhooks.numbers import object_of_event

        set_event_finder(object_of_event)
