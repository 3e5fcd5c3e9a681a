"""Use case: staff give a customer credit towards later invoices, once, within what their role allows."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from accounts.models import Organization, User
from billing import audit, clock, intents
from billing.casework import StaffWish
from billing.errors import NoCurrencyYet, OrganizationClosing, StripeObjectMissing, StripeRefused, UnderWay
from billing.gateway import customer_balance
from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import CustomerCredit, open_staff_task
from billing.money import Money
from billing.rules.credit import DAY, check_credit, limit_of
from billing.selectors.customer_page import customer_of
from billing.selectors.staff import roles_of
from billing.terms import IntentState, ObjectKind

_FAILED_EARLIER = "This could not be done. Please look at the customer and, if need be, send it again."


def credit_customer(organization: Organization, *, amount: Money, wish: StaffWish) -> CustomerCredit:
    """Let the customer pay `amount` (above zero, in its own currency) less with the next invoices.

    The row comes first, then Stripe's balance. Safe to repeat with the same request key. Raises InvalidInput,
    CreditLimitExceeded, NoCurrencyYet, OrganizationClosing, UnderWay, StripeUnreachable (it is kept and carried out
    later), StripeRefused.
    """
    repeated = CustomerCredit.objects.filter(organization=organization, request_key=wish.request_key).first()
    return _carry_out(repeated or _record(organization, amount=amount, wish=wish))


def resume_credits(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out what a crash or Stripe's silence left open; `now` is system time. Returns how many ended."""
    rows = intents.left_open_since(CustomerCredit.objects.all(), now)
    return intents.finish_open(rows, _resume, seconds=seconds)


def _record(organization: Organization, *, amount: Money, wish: StaffWish) -> CustomerCredit:
    """Commit the decision. The person's row is locked, so that two at once cannot pass the sum of a day together."""
    customer = customer_of(organization.pk)
    if organization.erased_at is not None:
        raise OrganizationClosing()
    if customer is None or not customer.stripe_customer_id or customer.is_deleted or not customer.currency:
        raise NoCurrencyYet()
    if amount.currency != customer.currency:
        raise StripeRefused(f"This customer is billed in {customer.currency.upper()}.")
    try:
        with transaction.atomic():
            actor = User.objects.select_for_update().get(pk=wish.actor.pk)
            # Not by the failed insert: it would wait for who ends the row, and they for the person's row, for ever.
            if CustomerCredit.objects.filter(organization=organization, request_key=wish.request_key).exists():
                raise UnderWay()
            check_credit(
                amount,
                limit=limit_of(roles_of(actor), currency=amount.currency),
                given=_given(actor, currency=amount.currency),
            )
            credit = CustomerCredit.objects.create(
                organization=organization,
                stripe_customer_id=customer.stripe_customer_id,
                amount_minor=amount.amount_minor,
                currency=amount.currency,
                reason=wish.reason.strip(),
                requested_by=actor,
                request_key=wish.request_key,
            )
            audit.record(
                "customer_credit_asked",
                subject=str(credit.uuid),
                organization=organization,
                actor=actor,
                reason=credit.reason,
                total=_in_words(credit),
            )
    except IntegrityError:  # The same form, sent twice at the same moment.
        raise UnderWay() from None
    return credit


def _given(actor: User, *, currency: str) -> Money:
    """What this person gave, or may have given, within the last 24 hours of system time."""
    recent = CustomerCredit.objects.filter(
        requested_by=actor, currency=currency, created_at__gt=clock.system_now() - DAY
    ).exclude(state=IntentState.FAILED)
    return Money(recent.aggregate(total=Sum("amount_minor"))["total"] or 0, currency)


def _carry_out(credit: CustomerCredit) -> CustomerCredit:
    """Ask for it with the row's own key; when the key is too old, what Stripe has decides."""
    if credit.state == IntentState.SUCCEEDED:
        return credit
    if credit.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    if not intents.is_key_safe(credit.created_at):
        if (entry := _find(credit)) is not None:
            return _end(credit, stripe_transaction_id=str(entry["id"]))
        _end(credit, failure="never reached Stripe")
        raise StripeRefused(_FAILED_EARLIER)
    try:
        entry = customer_balance.give_credit(
            credit.stripe_customer_id,
            amount=Money(credit.amount_minor, credit.currency),
            reference=credit.uuid,
            key=f"{credit.uuid}:credit",
        )
    except (StripeRefused, StripeObjectMissing) as error:
        _end(credit, failure=error.message)
        raise
    return _end(credit, stripe_transaction_id=str(entry["id"]))


def _resume(credit: CustomerCredit) -> CustomerCredit:
    """Stripe repeats even a fault of its own under the same key, so whether it was done is looked up first."""
    if (entry := _find(credit)) is not None:
        return _end(credit, stripe_transaction_id=str(entry["id"]))
    return _carry_out(credit)


def _find(credit: CustomerCredit) -> Any:
    return customer_balance.find_credit(credit.stripe_customer_id, reference=credit.uuid)


def _end(credit: CustomerCredit, *, stripe_transaction_id: str = "", failure: str = "") -> CustomerCredit:
    """Close it once: the customer reads of one that was given, a person hears of one that was not."""
    state = IntentState.FAILED if failure else IntentState.SUCCEEDED
    with transaction.atomic():
        has_ended = CustomerCredit.objects.filter(pk=credit.pk, state=IntentState.RECORDED).update(
            state=state,
            failure=failure[:200],
            stripe_transaction_id=stripe_transaction_id,
            ended_at=clock.system_now(),
        )
        if has_ended and failure:
            open_staff_task(
                "credit_failed",
                about=str(credit.uuid),
                organization_id=credit.organization_id,
                summary=f"A credit of {_in_words(credit)} for {credit.stripe_customer_id} failed: {failure}",
            )
        elif has_ended:
            audit.record(
                "customer_credited",
                subject=str(credit.uuid),
                organization=credit.organization,
                actor=credit.requested_by,
                total=_in_words(credit),
                entry=stripe_transaction_id,
            )
            work.want([ObjectRef(ObjectKind.CUSTOMER, credit.stripe_customer_id)])
    credit.refresh_from_db()
    return credit


def _in_words(credit: CustomerCredit) -> str:
    """`12.00 EUR`: for the record, which holds no formatted sums of one reader's country."""
    money = Money(credit.amount_minor, credit.currency)
    return f"{money.to_major()} {money.currency.upper()}"
