"""Failures of those who manage where webhooks are sent."""

from billing.errors.base import BillingError


class WebhookUrlRefused(BillingError):
    """The address is not whole, or not one that everybody may call."""

    code = "webhook_url_refused"
    status = 400
    message = "Nothing can be sent to this address. Nothing was saved."


class TooManyEndpoints(BillingError):
    code = "too_many_webhook_endpoints"
    status = 409
    message = "There are as many addresses as there may be. Remove one first; nothing was saved."


class EndpointDisabled(BillingError):
    code = "webhook_endpoint_disabled"
    status = 409
    message = "This address is switched off. Switch it on first; nothing was sent."
