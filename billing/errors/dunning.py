"""Failures of pursuing unpaid invoices."""

from collections.abc import Sequence

from billing.errors.base import BillingError


class PolicyRefused(BillingError):
    """A dunning policy that may not be saved; `reasons` are plain sentences, one for each thing to mend."""

    code = "policy_refused"
    status = 400
    message = "This dunning policy cannot be saved."

    def __init__(self, reasons: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join((self.message, *self.reasons)), reasons=list(self.reasons))


class RulesRefused(BillingError):
    """Rules that would never hold, or choose nothing; `reasons` are plain sentences, one for each thing to mend."""

    code = "rules_refused"
    status = 400
    message = "These rules cannot be saved."

    def __init__(self, reasons: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join((self.message, *self.reasons)), reasons=list(self.reasons))


class CaseClosed(BillingError):
    code = "case_closed"
    status = 409
    message = "This case is over, or about to be. Nothing was changed."


class CaseInConflict(BillingError):
    """Somebody else collects the same invoice, so that a try of ours could be a second one."""

    code = "case_in_conflict"
    status = 409
    message = (
        "This case is in conflict: Stripe retries the invoice, too. Settle the conflict first. Nothing was changed."
    )


class NoConflict(BillingError):
    code = "no_conflict"
    status = 409
    message = "This case is not in conflict. Nothing was changed."


class ConflictStays(BillingError):
    code = "conflict_stays"
    status = 409
    message = (
        "Stripe still plans a try of its own for this invoice. Switch its retries off first. Nothing was changed."
    )


class TryUnderWay(BillingError):
    """A try is planned or sent, and its answer will say how the case goes on."""

    code = "try_under_way"
    status = 409
    message = "A try is under way. Its answer comes within minutes. Nothing was changed."


class StripeCollects(BillingError):
    code = "stripe_collects"
    status = 409
    message = "Stripe retries this invoice by itself, and we only watch. Nothing was changed."


class RetryRefused(BillingError):
    """The card may not be tried at this moment; each cause has a code of its own."""

    code = "retry_refused"
    status = 409
    message = "The card may not be tried now. Nothing was charged."


class CardIsBlocked(RetryRefused):
    code = "card_blocked"
    message = "This card may never be tried again: its bank or network forbade it. Nothing was charged."


class CardMustWait(RetryRefused):
    code = "card_must_wait"
    message = "The card's network ordered a wait that is not over. Nothing was charged."


class CardTriedTooOften(RetryRefused):
    code = "card_limit"
    message = "One more try would be over a limit of the card's network, or of ours. Nothing was charged."


class HolderMustConfirm(RetryRefused):
    code = "holder_must_confirm"
    message = "The bank wants the card's holder to confirm: a try without them must fail. Nothing was charged."


class DeadlinePassed(RetryRefused):
    code = "deadline_passed"
    message = "The deadline has passed. Extend it first. Nothing was charged."


class AlreadyPaid(BillingError):
    code = "already_paid"
    status = 409
    message = "The invoice was paid in the meantime. There is nothing to forgive."


class CollectionNotConfirmed(BillingError):
    """Nobody may say yet that only we collect from this account; `reasons` are plain sentences."""

    code = "collection_not_confirmed"
    status = 409
    message = "Own collection was not confirmed."

    def __init__(self, reasons: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join((self.message, *self.reasons)), reasons=list(self.reasons))
