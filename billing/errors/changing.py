"""Failures of changing plan, seats or the way to pay."""

from billing.errors.base import BillingError


class PaymentMethodNeeded(BillingError):
    code = "payment_method_needed"
    status = 409
    message = "This card is needed. Nothing was removed."


class PaymentMethodGone(BillingError):
    """It was removed meanwhile, or never was this organization's."""

    code = "payment_method_gone"
    status = 404
    message = "This card is not on file any more. Nothing was changed."


class TermsUnchanged(BillingError):
    code = "terms_unchanged"
    status = 409
    message = "It is paid so already. Nothing was changed."


class PaymentMethodMissing(BillingError):
    code = "payment_method_missing"
    status = 409
    message = "There is no card that could be charged. Nothing was changed."


class ChangeArranged(BillingError):
    """A schedule that we did not make manages the subscription: what staff arranged is not to be overwritten."""

    code = "change_arranged"
    status = 409
    message = "A change of your plan is arranged with us already. Please write to us; nothing was changed."


class NothingToChange(BillingError):
    """The plan, interval and seats asked for are those that the organization has, or that are planned already."""

    code = "nothing_to_change"
    status = 409
    message = "This is your plan already. Nothing was changed."


class ItemUnclear(BillingError):
    """The subscription has several items, and which of them is the plan cannot be told."""

    code = "item_unclear"
    status = 409
    message = "Your plan has several parts. Please write to us, and we change it for you."


class NotPerSeat(BillingError):
    code = "not_per_seat"
    status = 409
    message = "This plan has one price for the whole team, however many people it has."


class SeatsBelowUsed(BillingError):
    code = "seats_below_used"
    status = 409


class SeatsBelowMinimum(BillingError):
    code = "seats_below_minimum"
    status = 409


class SeatsAboveMaximum(BillingError):
    code = "seats_above_maximum"
    status = 409


class SeatChangeFailed(BillingError):
    """The form belongs to a change that was refused or never reached Stripe."""

    code = "seat_change_failed"
    status = 409
    message = "The number of seats could not be changed. Nothing was charged. Please look at it and try again."
