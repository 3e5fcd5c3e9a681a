"""Tells Stripe of a change of name, e-mail, address or tax ids that was committed here; it decides none."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from billing import clock
from billing.errors import LeaseLost, LeaseTaken, StripeRefused
from billing.gateway import customers
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Customer, CustomerDetails, DetailsRequest, open_staff_task
from billing.terms import IntentState, ObjectKind

_LEASE_WAIT_SECONDS = 2.0
_KEY_IS_SAFE_FOR = timedelta(hours=23)
_SOMEBODY_WAITS_FOR = timedelta(minutes=1)
_Action = DetailsRequest.Action


def wish_update(
    customer: Customer | None,
    values: dict[str, Any],
    *,
    request_key: UUID | None = None,
    actor: User | None = None,
) -> DetailsRequest | None:
    """Record that Stripe is to have these `values` (`name`, `email`, `address`), in the caller's transaction.

    An earlier wish that Stripe may not have heard is taken up by it. None where there is nothing to tell, or no
    customer at Stripe yet: what it is created with is compared with our side later.
    """
    if customer is None or not customer.stripe_customer_id or customer.is_deleted:
        return None
    open_ones = DetailsRequest.objects.select_for_update().filter(
        customer=customer, action=_Action.UPDATE, state=IntentState.RECORDED
    )
    earlier: dict[str, Any] = {}
    for request in open_ones.order_by("pk"):
        earlier |= request.values
    if not values or earlier == earlier | values:
        return None
    open_ones.update(state=IntentState.FAILED, failure="superseded", values={}, ended_at=clock.system_now())
    return DetailsRequest.objects.create(
        organization_id=customer.organization_id,
        customer=customer,
        requested_by=actor,
        request_key=request_key or uuid4(),
        action=_Action.UPDATE,
        values=earlier | values,
    )


def carry_out(request: DetailsRequest) -> DetailsRequest:
    """Tell Stripe with the request's own key, read the customer back, and close the request. Safe to repeat.

    Raises StripeUnreachable (the wish stays, a sweep repeats it) and StripeRefused.
    """
    if request.state != IntentState.RECORDED:
        return request
    if clock.system_now() - request.created_at > _KEY_IS_SAFE_FOR:
        # A new comparison tells Stripe under a new key what it still has to hear.
        CustomerDetails.objects.filter(customer=request.customer).update(due_at=clock.system_now())
        return _end(request, IntentState.FAILED, failure="never reached Stripe")
    try:
        _tell(request)
    except StripeRefused as error:
        _end(request, IntentState.FAILED, failure=error.message[:200])
        raise
    with suppress(LeaseTaken, LeaseLost):  # Then somebody else is fetching it, or will.
        refresh(ObjectRef(ObjectKind.CUSTOMER, _customer_id(request)), wait_seconds=_LEASE_WAIT_SECONDS)
    return _end(request, IntentState.SUCCEEDED)


def _tell(request: DetailsRequest) -> None:
    key = f"{request.uuid}:{request.action}"
    values = request.values
    if request.action == _Action.ADD_TAX_ID:
        customers.create_tax_id(_customer_id(request), kind=values["kind"], value=values["value"], key=key)
    elif request.action == _Action.REMOVE_TAX_ID:
        customers.delete_tax_id(_customer_id(request), values["stripe_tax_id"], key=key)
    else:
        customers.update(_customer_id(request), values=values, key=key)


def _customer_id(request: DetailsRequest) -> str:
    return str(request.customer.stripe_customer_id)


def _is_unattended(request: DetailsRequest) -> bool:
    """Whether nobody stands at the page to whom the refusal is told."""
    age = clock.system_now() - request.created_at
    return request.action == _Action.UPDATE or age > _SOMEBODY_WAITS_FOR


def _end(request: DetailsRequest, state: IntentState, *, failure: str = "") -> DetailsRequest:
    """Its values are personal data and are not needed any more."""
    with transaction.atomic():
        has_ended = DetailsRequest.objects.filter(pk=request.pk, state=IntentState.RECORDED).update(
            state=state, failure=failure, values={}, ended_at=clock.system_now()
        )
        if has_ended and state == IntentState.FAILED and _is_unattended(request):
            open_staff_task(
                "details_refused",
                about=str(request.uuid),
                organization_id=request.organization_id,
                summary=f"Stripe did not take our change of {_customer_id(request)}: {failure}",
            )
    request.refresh_from_db()
    return request
