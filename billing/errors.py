"""Failures that the product expects, each with a stable code, an HTTP status and words for a person; no framework."""


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


class CatalogueError(BillingError):
    """The catalogue file is malformed; `details["key"]` names the place."""

    code = "catalogue_invalid"
    status = 400


class UnknownPlan(BillingError):
    code = "plan_unknown"
    status = 404
    message = "There is no such plan or price."


class CurrencyLocked(BillingError):
    code = "currency_locked"
    status = 409


class AlreadySubscribed(BillingError):
    code = "already_subscribed"
    status = 409
    message = "There is a subscription already. Nothing was charged."


class CheckoutEnded(BillingError):
    """The form belongs to a checkout that is over."""

    code = "checkout_ended"
    status = 409
    message = "This checkout has ended. Nothing was charged. Please choose the plan again."


class TrialNotAvailable(BillingError):
    code = "trial_not_available"
    status = 409
    message = "A trial was used before with this e-mail address."


class PromotionCodeUnknown(BillingError):
    code = "promotion_code_unknown"
    status = 409
    message = "We do not know this code. Please check how it is spelled."


class PromotionCodeEnded(BillingError):
    code = "promotion_code_ended"
    status = 409
    message = "This code has ended and cannot be used any more."


class PromotionCodeUsedUp(BillingError):
    """As many as may use it have done so."""

    code = "promotion_code_used_up"
    status = 409
    message = "This code has been used as often as it may be."


class PromotionCodeUsed(BillingError):
    """This organization has used it."""

    code = "promotion_code_used"
    status = 409
    message = "Your organization has used this code before. It counts once."


class PromotionCodeNotForYou(BillingError):
    code = "promotion_code_not_for_you"
    status = 409
    message = "This code cannot be used by your organization."


class PromotionCodeNotForPlan(BillingError):
    """Another plan, another currency, or too small a sum."""

    code = "promotion_code_not_for_plan"
    status = 409
    message = "This code takes nothing off this plan."


class DiscountRunning(BillingError):
    code = "discount_running"
    status = 409
    message = "A discount is running already. Remove it first, or wait until it ends."


class PaymentMethodNeeded(BillingError):
    code = "payment_method_needed"
    status = 409
    message = "This card is needed. Nothing was removed."


class PaymentMethodGone(BillingError):
    """It was removed meanwhile, or never was this organization's."""

    code = "payment_method_gone"
    status = 404
    message = "This card is not on file any more. Nothing was changed."


class NoDiscount(BillingError):
    code = "no_discount"
    status = 409
    message = "There is no discount that could be removed."


class SumChanged(BillingError):
    """Another sum would come of it than the one that the person has seen."""

    code = "sum_changed"
    status = 409
    message = "The sum has changed since it was shown. Nothing was done. Please look at it again."


class NotFound(BillingError):
    code = "not_found"
    status = 404
    message = "Not found."


class OrganizationClosing(BillingError):
    code = "organization_closing"
    status = 409
    message = "This organization is being deleted. Nothing can be bought or changed any more."


class LinkGone(BillingError):
    """A signed link that was used, replaced or has run out, or whose facts are no longer so."""

    code = "link_gone"
    status = 410
    message = "This link no longer works. Nothing was changed."


class TooManyMails(BillingError):
    code = "too_many_mails"
    status = 429
    message = "We have sent several of these mails within the hour. Please try again later."


class NothingToCancel(BillingError):
    code = "nothing_to_cancel"
    status = 409
    message = "There is no plan that could be cancelled, or it is cancelled already."


class NothingToUndo(BillingError):
    code = "nothing_to_undo"
    status = 409
    message = "No cancellation is pending."


class TermsUnchanged(BillingError):
    code = "terms_unchanged"
    status = 409
    message = "It is paid so already. Nothing was changed."


class PaymentMethodMissing(BillingError):
    code = "payment_method_missing"
    status = 409
    message = "There is no card that could be charged. Nothing was changed."


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


class ChangeArranged(BillingError):
    """A schedule that we did not make manages the subscription: what staff arranged is not to be overwritten."""

    code = "change_arranged"
    status = 409
    message = "A change of your plan is arranged with us already. Please write to us; nothing was changed."


class NoChangePending(BillingError):
    code = "no_change_pending"
    status = 409
    message = "No change of plan is pending."


class NothingToChange(BillingError):
    """The plan, interval and seats asked for are those that the organization has, or that are planned already."""

    code = "nothing_to_change"
    status = 409
    message = "This is your plan already. Nothing was changed."


class PreviewStale(BillingError):
    """Something that the shown amounts rest on is another now, or they were shown too long ago."""

    code = "preview_stale"
    status = 409
    message = "The amount has changed since you saw it. Nothing was charged. Please look at the new one."


class ItemUnclear(BillingError):
    """The subscription has several items, and which of them is the plan cannot be told."""

    code = "item_unclear"
    status = 409
    message = "Your plan has several parts. Please write to us, and we change it for you."


class OnTrial(BillingError):
    code = "on_trial"
    status = 409
    message = "This cannot be done during a trial. Nothing was changed."


class NotOnTrial(BillingError):
    code = "not_on_trial"
    status = 409
    message = "There is no running trial."


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


class UnderWay(BillingError):
    """The same thing is being done by somebody else at this moment."""

    code = "under_way"
    status = 409
    message = "This is being worked on. Nothing was done twice."


class FeatureMissing(BillingError):
    code = "feature_missing"
    status = 402


class StripeUnreachable(BillingError):
    """Stripe did not answer, or not in time; whether it acted is unknown. Safe to repeat with the same key."""

    code = "stripe_unreachable"
    status = 503
    message = "We cannot reach our payment provider. Nothing was charged. Try again: it cannot be done twice."


class StripeRateLimited(StripeUnreachable):
    code = "stripe_rate_limited"


class StripeRefused(BillingError):
    """Stripe understood and said no: a definite failure."""

    code = "stripe_refused"
    status = 409


class StripeObjectMissing(StripeRefused):
    code = "stripe_object_missing"
    status = 404


class StripeStillLive(StripeRefused):
    """Something that costs money could not be ended; `details["left"]` names it."""

    code = "stripe_still_live"
    message = "Our payment provider could not end everything that costs money. Nothing was deleted."


class CardDeclined(StripeRefused):
    code = "card_declined"
    status = 402


class NotSetUp(BillingError):
    """Something that `manage.py setup_stripe` makes is missing."""

    code = "not_set_up"
    status = 503
    message = "Payments are not set up yet. We have been told."


class StripeKeyRefused(BillingError):
    """The key is wrong or lacks a right: a fault of configuration."""

    code = "stripe_key_refused"
    status = 503
    message = "Payments are not set up correctly. We have been told."


class WrongStripeAccount(StripeKeyRefused):
    """The key opens another account than the one that our rows are a copy of: nothing it says is about them."""

    code = "stripe_account_changed"


class NotYet(BillingError):
    """A row that a reaction needs has not come yet; the reaction is tried again."""

    code = "not_yet"
    status = 503


class LeaseTaken(BillingError):
    """Another worker holds the object."""

    code = "lease_taken"
    status = 503


class LeaseLost(BillingError):
    """Our lease ended while we fetched; nothing was written and the object is fetched anew."""

    code = "lease_lost"
    status = 503


class ReconciliationRunning(BillingError):
    """Another process compares our rows with Stripe, or has taken this comparison over."""

    code = "reconciliation_running"
    status = 409
    message = "A comparison with Stripe is going on already."
