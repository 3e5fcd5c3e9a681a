"""The whole state of a customer, in one answer."""

from typing import Any

from rest_framework import serializers

from accounts.models import Organization
from billing.api.shapes.cards import CardSerializer
from billing.api.shapes.money import money, money_or_none
from billing.api.shapes.subscription import SubscriptionSerializer
from billing.api.shapes.words import words_of
from billing.selectors.happenings import Happening
from billing.selectors.payment_failure import DeclineCause, PaymentFailure
from billing.selectors.pursuit import NextStep, Pursuit
from billing.selectors.timeline import Entry
from billing.selectors.whole_state import WholeState
from billing.terms import AccessReason, InvoiceStatus, SubscriptionStatus


class OrganizationSerializer(serializers.Serializer[Organization]):
    id = serializers.UUIDField(source="uuid")
    name = serializers.CharField()
    email = serializers.CharField(help_text="Where invoices and billing notices go.")
    created_at = serializers.DateTimeField()


class UnpaidDaysSerializer(serializers.Serializer[Pursuit]):
    """How an unpaid invoice goes on."""

    next_step = serializers.ChoiceField(words_of(NextStep))
    full_access_until = serializers.DateTimeField(source="full_until", allow_null=True)
    read_access_until = serializers.DateTimeField(source="read_until", allow_null=True)
    deadline_at = serializers.DateTimeField()
    is_cancelled_then = serializers.BooleanField(help_text="The plan ends at the deadline.")
    tries_new_card = serializers.BooleanField(help_text="Another card is charged as soon as it is there.")


class UnpaidSerializer(serializers.Serializer[PaymentFailure]):
    """The invoice that was tried in vain. `dunning` is `null` for a first one."""

    invoice = serializers.CharField(source="stripe_invoice_id")
    invoice_number = serializers.CharField()
    amount = money()
    cause = serializers.ChoiceField(words_of(DeclineCause))
    card = CardSerializer(allow_null=True)
    pay_url = serializers.CharField(help_text="Send the person there to pay.")
    next_try_at = serializers.DateTimeField(allow_null=True)
    failed_at = serializers.ListField(child=serializers.DateTimeField(), help_text="The newest first.")
    dunning = UnpaidDaysSerializer(source="pursuit", allow_null=True)


class UpcomingSerializer(serializers.Serializer[Entry]):
    """What happens if nobody does anything."""

    happening = serializers.ChoiceField(words_of(Happening))
    at = serializers.DateTimeField()
    plan_name = serializers.CharField()
    amount = money_or_none()
    invoice_number = serializers.CharField()


class StateAccessSerializer(serializers.Serializer[Any]):
    """What may be used, why, and until when if nothing else happens."""

    plan = serializers.CharField(help_text="Its code; empty where there is no plan at all.")
    plan_name = serializers.CharField()
    reason = serializers.ChoiceField(words_of(AccessReason))
    subscription = serializers.CharField(help_text="`sub_…`, or empty.")
    until = serializers.DateTimeField(allow_null=True)
    is_read_only = serializers.BooleanField()
    read_only_at = serializers.DateTimeField(allow_null=True)


class StateFeatureSerializer(serializers.Serializer[Any]):
    is_included = serializers.BooleanField()
    is_limit = serializers.BooleanField()
    is_unlimited = serializers.BooleanField()
    limit = serializers.IntegerField(allow_null=True)
    used = serializers.IntegerField(allow_null=True)


class StateSubscriptionSerializer(serializers.Serializer[Any]):
    """A subscription that is not over, as Stripe last said."""

    id = serializers.CharField()
    status = serializers.ChoiceField(words_of(SubscriptionStatus))
    plan = serializers.CharField()
    price = serializers.CharField(help_text="The lookup key of its price; empty for none of ours.")
    amount_minor = serializers.IntegerField(allow_null=True, help_text="Of one period and one seat.")
    currency = serializers.CharField()
    interval = serializers.CharField()
    quantity = serializers.IntegerField()
    collection_method = serializers.CharField()
    created_at = serializers.DateTimeField()
    current_period_start = serializers.DateTimeField(allow_null=True)
    current_period_end = serializers.DateTimeField(allow_null=True)
    trial_end = serializers.DateTimeField(allow_null=True)
    cancel_at = serializers.DateTimeField(allow_null=True)
    past_due_at = serializers.DateTimeField(allow_null=True)
    is_collection_paused = serializers.BooleanField()
    resumes_at = serializers.DateTimeField(allow_null=True)


class StateInvoiceSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField()
    subscription = serializers.CharField()
    status = serializers.ChoiceField(words_of(InvoiceStatus))
    billing_reason = serializers.CharField()
    currency = serializers.CharField()
    total_minor = serializers.IntegerField()
    amount_paid_minor = serializers.IntegerField()
    amount_remaining_minor = serializers.IntegerField()
    needs_confirmation = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    next_payment_attempt_at = serializers.DateTimeField(allow_null=True)


class StateTrialSerializer(serializers.Serializer[Any]):
    """A trial without a card, which is ours and not Stripe's."""

    plan = serializers.CharField()
    started_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class StateMethodSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    card_brand = serializers.CharField()
    card_last4 = serializers.CharField()
    card_exp_month = serializers.IntegerField(allow_null=True)
    card_exp_year = serializers.IntegerField(allow_null=True)


class CustomerStateSerializer(serializers.Serializer[WholeState]):
    """What the event `customer.state_changed` tells, and how it goes on. It names nobody.

    Times in what the event tells are whole seconds, as Stripe has them.
    """

    organization = serializers.UUIDField()
    access = StateAccessSerializer()
    features = serializers.DictField(child=StateFeatureSerializer(), help_text="By code.")
    subscriptions = StateSubscriptionSerializer(many=True)
    local_trial = StateTrialSerializer(allow_null=True)
    open_invoices = StateInvoiceSerializer(many=True)
    payment_method = StateMethodSerializer(allow_null=True)
    subscription = SubscriptionSerializer(help_text="The one that counts now, and what may be done with it.")
    unpaid = UnpaidSerializer(allow_null=True)
    upcoming = UpcomingSerializer(many=True, help_text="The next one first.")

    def to_representation(self, instance: WholeState) -> dict[str, Any]:
        """`as_of` is left out: what has not changed gives the same answer, and the same ETag."""
        told = instance.state.as_dict()
        told.pop("as_of")
        upcoming: Any = instance.upcoming
        return {
            **told,
            "subscription": SubscriptionSerializer(instance.subscription).data,
            "unpaid": UnpaidSerializer(instance.unpaid).data if instance.unpaid else None,
            "upcoming": UpcomingSerializer(upcoming, many=True).data,
        }
