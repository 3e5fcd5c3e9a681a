"""Failures because of how a subscription or an organization stands: the refusals of the table of actions."""

from billing.errors.base import BillingError


class OrganizationClosing(BillingError):
    code = "organization_closing"
    status = 409
    message = "This organization is being deleted. Nothing can be bought or changed any more."


class NothingToCancel(BillingError):
    code = "nothing_to_cancel"
    status = 409
    message = "There is no plan that could be cancelled, or it is cancelled already."


class NothingToUndo(BillingError):
    code = "nothing_to_undo"
    status = 409
    message = "No cancellation is pending."


class NoSubscription(BillingError):
    code = "no_subscription"
    status = 409
    message = "There is no running plan. Please choose one first."


class PaymentIncomplete(BillingError):
    """The first payment of a subscription is still to be finished."""

    code = "payment_incomplete"
    status = 409
    message = "The first payment is not finished yet. Please finish it first."


class PaymentDue(BillingError):
    code = "payment_due"
    status = 409
    message = "An invoice is open. Please pay it first; nothing was changed."


class ReadOnly(BillingError):
    """An invoice is unpaid for so long that nothing can be written; `details` hold both moments in UTC."""

    code = "read_only"
    status = 402
    message = "An invoice is unpaid: until it is paid, everything can be read and nothing changed. Nothing was done."


class CancellationPending(BillingError):
    code = "cancellation_pending"
    status = 409
    message = "Your plan is cancelled. Please take the cancellation back first; nothing was changed."


class SubscriptionPaused(BillingError):
    code = "subscription_paused"
    status = 409
    message = "Your plan is paused. Please resume it first; nothing was changed."


class NotPaused(BillingError):
    code = "not_paused"
    status = 409
    message = "Your plan is not paused."


class ChangeUnpaid(BillingError):
    """An upgrade waits for its payment: it is paid, or given up, before anything else changes."""

    code = "change_unpaid"
    status = 409
    message = "A change of plan waits for its payment. Please pay it, or give it up first; nothing was changed."


class ChangeScheduled(BillingError):
    code = "change_scheduled"
    status = 409
    message = "A change of plan is planned. Please take it back first; nothing was changed."


class NoChangePending(BillingError):
    code = "no_change_pending"
    status = 409
    message = "No change of plan is pending."


class OnTrial(BillingError):
    code = "on_trial"
    status = 409
    message = "This cannot be done during a trial. Nothing was changed."


class NotOnTrial(BillingError):
    code = "not_on_trial"
    status = 409
    message = "There is no running trial."
