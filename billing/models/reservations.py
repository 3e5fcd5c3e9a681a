"""What an unfinished checkout holds for a person or an organization, and gives back when it leads nowhere."""

from django.conf import settings

from billing.models.checkout import CheckoutIntent
from billing.models.discount import PromotionCodeUse
from billing.models.trial import TrialRedemption


def reserve_code(intent: CheckoutIntent) -> None:
    """Keep the checkout's promotion code from a second use, in the caller's transaction. Raises IntegrityError."""
    if intent.stripe_promotion_code_id:
        PromotionCodeUse.objects.create(
            organization=intent.organization,
            livemode=settings.STRIPE_LIVE_MODE,
            stripe_promotion_code_id=intent.stripe_promotion_code_id,
            code=intent.promotion_code,
            checkout_intent=intent,
        )


def give_back_reservations(intent: CheckoutIntent) -> None:
    """Free the one trial and the one use of a code that this checkout reserved, in the caller's transaction."""
    TrialRedemption.objects.filter(checkout_intent=intent).delete()
    PromotionCodeUse.objects.filter(checkout_intent=intent).delete()
