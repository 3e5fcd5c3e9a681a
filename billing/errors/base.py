"""What a failure is, and those that any request may meet."""


class BillingError(Exception):
    """Something that a caller can do something about. Everything else crashes loudly."""

    code = "billing_error"
    status = 400
    message = "This cannot be done."

    def __init__(self, message: str | None = None, **details: object) -> None:
        self.message = message or self.message
        self.details = details
        super().__init__(self.message)


class InvalidInput(BillingError):
    code = "invalid_input"
    status = 400
    message = "Something in the request is missing or not valid."


class SumChanged(BillingError):
    """Another sum would come of it than the one that the person has seen."""

    code = "sum_changed"
    status = 409
    message = "The sum has changed since it was shown. Nothing was done. Please look at it again."


class NotFound(BillingError):
    code = "not_found"
    status = 404
    message = "Not found."


class LinkGone(BillingError):
    """A signed link that was used, replaced or has run out, or whose facts are no longer so."""

    code = "link_gone"
    status = 410
    message = "This link no longer works. Nothing was changed."


class TooManyMails(BillingError):
    code = "too_many_mails"
    status = 429
    message = "We have sent several of these mails within the hour. Please try again later."


class PreviewStale(BillingError):
    """Something that the shown amounts rest on is another now, or they were shown too long ago."""

    code = "preview_stale"
    status = 409
    message = "The amount has changed since you saw it. Nothing was charged. Please look at the new one."


class UnderWay(BillingError):
    """The same thing is being done by somebody else at this moment."""

    code = "under_way"
    status = 409
    message = "This is being worked on. Nothing was done twice."
