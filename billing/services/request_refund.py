"""Use case: staff ask for a refund of a charge, or again for one that failed. It records; the sweep tells Stripe."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts.models import Organization
from billing import refunding
from billing.errors import InvalidInput, NotFound, RefundNotFailed, SumChanged
from billing.gateway.invoice_sums import Line
from billing.models import ChargeAttempt, RefundPart, RefundRequest, Subscription
from billing.refunding import Looked, Wish
from billing.rules.refund import Sums, Terms, check_amount, check_fits, check_terms, left_minor, of_gross, of_net
from billing.selectors.refunds import charged, returned_of_lines
from billing.terms import AccessChoice, AmountBasis, RefundReason, RefundState

__all__ = ["LineOrder", "Offer", "RefundOrder", "ask_again", "offer_refund", "price_refund", "request_refund"]


@dataclass(frozen=True, slots=True)
class LineOrder:
    """How much of one line of the invoice (`il_…`), in minor units, on the order's basis."""

    stripe_line_id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What is to go back: an amount, or amounts of lines, before tax or with it; no amount is all that is left."""

    basis: AmountBasis = AmountBasis.GROSS
    amount_minor: int | None = None
    lines: tuple[LineOrder, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What staff see before they ask. Amounts in minor units of the charge's currency.

    `room_minor` is what this person may give back alone; `price` is there once an order was priced.
    """

    looked: Looked
    left_minor: int
    withdrawn: bool
    room_minor: int
    has_plan: bool
    lines: tuple[tuple[Line, int], ...]
    price: Sums | None = None

    @property
    def needs_second_person(self) -> bool:
        return self.price is not None and self.price.gross_minor > self.room_minor


def offer_refund(charge_id: int, *, wish: Wish) -> Offer:
    """What could be asked for. Raises NotFound, StripeUnreachable, NotPermitted, and why nothing can go back."""
    refunding.demand(wish.actor, "request_refundrequest")
    return _offer(_look(charge_id), wish=wish)


def price_refund(charge_id: int, order: RefundOrder, *, wish: Wish) -> Offer:
    """The same with net, tax and gross of an order. Raises InvalidInput and RefundAboveRest besides."""
    refunding.demand(wish.actor, "request_refundrequest")
    looked = _look(charge_id)
    price, _ = _price(looked, order)
    check_amount(price.gross_minor, charged(looked.charge))
    return _offer(looked, wish=wish, price=price)


def request_refund(
    charge_id: int, order: RefundOrder, terms: Terms, *, shown_minor: int | None = None, wish: Wish
) -> RefundRequest:
    """Record it: approved where the person's limit is enough, else for a second person to decide. Stripe hears of an
    approved one within seconds, by the sweep.

    `shown_minor` is the sum with tax that the person saw, in minor units. Safe to repeat with the same request key.
    Raises NotPermitted, InvalidInput, SumChanged, StripeUnreachable, and why nothing or not so much can go back.
    """
    _demand(wish, terms.reason)
    repeated = RefundRequest.objects.filter(request_key=wish.request_key).first()
    if repeated is not None:
        return repeated
    looked = _look(charge_id)
    check_terms(terms, has_invoice=looked.invoice is not None, has_plan=_has_plan(looked))
    price, parts = _price(looked, order)
    if shown_minor is not None and shown_minor != price.gross_minor:
        raise SumChanged()
    with transaction.atomic():
        refunding.lock_person(wish.actor)
        charge = ChargeAttempt.objects.select_for_update().get(pk=looked.charge.pk)
        check_amount(price.gross_minor, charged(charge))
        _check_lines(parts, charge, looked)
        row = RefundRequest(
            organization=_organization(looked),
            charge=charge,
            invoice=looked.invoice,
            livemode=settings.STRIPE_LIVE_MODE,
            currency=charge.currency,
            amount_minor=price.gross_minor,
            net_minor=price.net_minor,
            tax_minor=price.tax_minor,
            reason=terms.reason,
            credit_reason=terms.credit_reason if looked.invoice else "",
            note=terms.note.strip(),
            access=terms.access,
            wants_credit_note=looked.invoice is not None,
            wants_end=terms.access != AccessChoice.KEEP,
        )
        return refunding.record(row, parts, wish=wish)


def ask_again(request_id: int, *, note: str, wish: Wish) -> RefundRequest:
    """A new request for what failed: the same charge and amount, within the limits of who asks; the old is closed.

    A credit note that was written for the first stays valid for the second. Safe to repeat with the same request key.
    Raises NotPermitted, InvalidInput, RefundNotFailed, StripeUnreachable, and why it cannot go back.
    """
    old = RefundRequest.objects.select_related("charge").filter(pk=request_id).first()
    if old is None:
        raise NotFound()
    _demand(wish, old.reason)
    repeated = RefundRequest.objects.filter(request_key=wish.request_key).first()
    if repeated is not None:
        return repeated
    if not note.strip() or len(note) > 300:
        raise InvalidInput("Please say why, in at most 300 characters.", field="note")
    refunding.look_at_charge(old.charge)
    with transaction.atomic():
        refunding.lock_person(wish.actor)
        old = refunding.locked(request_id)
        if old.state not in (RefundState.FAILED, RefundState.CANCELED):
            raise RefundNotFailed()
        check_amount(old.amount_minor, charged(old.charge))
        row = _copy(old, note=note)
        parts = [
            RefundPart(
                stripe_line_id=part.stripe_line_id,
                description=part.description,
                net_minor=part.net_minor,
                tax_minor=part.tax_minor,
                note_minor=part.note_minor,
            )
            for part in old.parts.all()
        ]
        refunding.move(old, RefundState.CLOSED, actor=wish.actor, asked_again=str(row.uuid))
        refunding.release(old)
        return refunding.record(row, parts, wish=wish)


def _copy(old: RefundRequest, *, note: str) -> RefundRequest:
    return RefundRequest(
        organization=old.organization,
        charge=old.charge,
        invoice=old.invoice,
        livemode=old.livemode,
        currency=old.currency,
        amount_minor=old.amount_minor,
        net_minor=old.net_minor,
        tax_minor=old.tax_minor,
        reason=old.reason if old.reason in set(RefundReason) else RefundReason.REQUESTED_BY_CUSTOMER.value,
        credit_reason=old.credit_reason,
        note=note.strip(),
        access=old.access,
        replaces=old,
        stripe_credit_note_id=old.stripe_credit_note_id,
        wants_credit_note=bool(old.credit_reason and not old.stripe_credit_note_id),
        wants_end=old.wants_end,
    )


def _demand(wish: Wish, reason: str) -> None:
    refunding.demand(wish.actor, "request_refundrequest")
    if reason == RefundReason.FRAUDULENT:
        refunding.demand(wish.actor, "block_buyer_refundrequest")


def _look(charge_id: int) -> Looked:
    charge = ChargeAttempt.objects.filter(pk=charge_id).first()
    if charge is None:
        raise NotFound()
    return refunding.look(charge)


def _organization(looked: Looked) -> Organization | None:
    return looked.charge.organization


def _has_plan(looked: Looked) -> bool:
    if looked.invoice is None or not looked.invoice.stripe_subscription_id:
        return False
    rows = Subscription.objects.filter(stripe_subscription_id=looked.invoice.stripe_subscription_id)
    return rows.filter(ended_at=None).exists()


def _offer(looked: Looked, *, wish: Wish, price: Sums | None = None) -> Offer:
    standing = charged(looked.charge)
    returned = returned_of_lines(looked.charge)
    lines = looked.sums.lines if looked.sums else ()
    return Offer(
        looked=looked,
        left_minor=left_minor(standing),
        withdrawn=bool(standing.contests),
        room_minor=refunding.room_of(wish.actor, looked.charge, now=wish.now),
        has_plan=_has_plan(looked),
        lines=tuple(
            (line, max(0, line.net_minor - returned.get(line.stripe_line_id, 0)))
            for line in lines
            if line.net_minor > 0
        ),
        price=price,
    )


def _price(looked: Looked, order: RefundOrder) -> tuple[Sums, list[RefundPart]]:
    """Net, tax and gross of an order, and the parts that name its lines."""
    currency = looked.charge.currency
    if order.lines:
        parts = [_part(looked, line, order.basis) for line in order.lines]
        net, tax = sum(part.net_minor for part in parts), sum(part.tax_minor for part in parts)
        return Sums(net, tax), parts
    if order.amount_minor is None:
        return of_gross(left_minor(charged(looked.charge)), looked.whole, currency), []
    check_fits(order.amount_minor, currency)
    work_out = of_net if order.basis == AmountBasis.NET else of_gross
    return work_out(order.amount_minor, looked.whole, currency), []


def _part(looked: Looked, order: LineOrder, basis: AmountBasis) -> RefundPart:
    found = looked.sums.lines if looked.sums else ()
    line = next((each for each in found if each.stripe_line_id == order.stripe_line_id), None)
    if line is None:
        raise InvalidInput("The invoice has no such line.", field="lines")
    check_fits(order.amount_minor, looked.charge.currency)
    work_out = of_net if basis == AmountBasis.NET else of_gross
    sums = work_out(order.amount_minor, Sums(line.net_minor, line.tax_minor), looked.charge.currency)
    return RefundPart(
        stripe_line_id=line.stripe_line_id,
        description=line.description[:300],
        net_minor=sums.net_minor,
        tax_minor=sums.tax_minor,
        note_minor=None if line.is_discounted else sums.gross_minor if line.is_tax_inside else sums.net_minor,
    )


def _check_lines(parts: list[RefundPart], charge: ChargeAttempt, looked: Looked) -> None:
    """No line gives back more than it cost."""
    returned = returned_of_lines(charge)
    cost = {line.stripe_line_id: line.net_minor for line in (looked.sums.lines if looked.sums else ())}
    for part in parts:
        if part.net_minor > cost[part.stripe_line_id] - returned.get(part.stripe_line_id, 0):
            raise InvalidInput(f"“{part.description}” has not so much left to refund.", field="lines")
