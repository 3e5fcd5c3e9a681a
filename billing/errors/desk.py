"""Failures of what staff do for a customer from the customer's page."""

from billing.errors.base import BillingError


class CreditLimitExceeded(BillingError):
    code = "credit_limit_exceeded"
    status = 409
    message = "This is more than you may give, at once or within 24 hours. Somebody with a higher limit can give it."


class NoCurrencyYet(BillingError):
    """A first credit would fix the currency of a customer for good."""

    code = "no_currency_yet"
    status = 409
    message = "This customer has no invoice yet, and so no currency. A credit can be given after the first invoice."


class MailWaits(BillingError):
    code = "mail_waits"
    status = 409
    message = "This mail is still on its way. It was not sent twice."


class MailGone(BillingError):
    code = "mail_gone"
    status = 409
    message = "The words of this mail are no longer kept, or it must not be sent again."
