"""Failures of promotion codes and discounts."""

from billing.errors.base import BillingError


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


class NoDiscount(BillingError):
    code = "no_discount"
    status = 409
    message = "There is no discount that could be removed."
