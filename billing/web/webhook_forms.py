"""The form of an address for webhooks, and the words of the types of event; what may be called, the rules say."""

from django import forms

from billing.rules.webhook_url import LONGEST_URL
from billing.services.save_webhook_endpoint import LONGEST_DESCRIPTION
from billing.terms.outgoing import OutgoingKind

KIND_WORDS = {
    OutgoingKind.CUSTOMER_STATE_CHANGED: "Anything changed: plan, access, what is owed. The whole state in one event",
    OutgoingKind.SUBSCRIPTION_CREATED: "A plan is new",
    OutgoingKind.SUBSCRIPTION_UPDATED: "Its plan, seats, card or end changed",
    OutgoingKind.SUBSCRIPTION_ACTIVE: "It is on, or on again",
    OutgoingKind.SUBSCRIPTION_PAST_DUE: "A payment is late",
    OutgoingKind.SUBSCRIPTION_UNPAID: "It is off until it is paid",
    OutgoingKind.SUBSCRIPTION_PAUSED: "It is paused, as its trial ended without a card",
    OutgoingKind.SUBSCRIPTION_CANCELED: "It has ended",
    OutgoingKind.INVOICE_OPEN: "An invoice waits to be paid",
    OutgoingKind.INVOICE_PAID: "An invoice is paid",
    OutgoingKind.INVOICE_PAYMENT_FAILED: "A payment did not go through",
    OutgoingKind.INVOICE_ACTION_REQUIRED: "The bank wants a payment confirmed",
    OutgoingKind.INVOICE_VOID: "An invoice was withdrawn",
    OutgoingKind.INVOICE_UNCOLLECTIBLE: "An invoice was given up",
}


class EndpointForm(forms.Form):
    url = forms.CharField(
        label="Address",
        max_length=LONGEST_URL,
        help_text="Begins with https:// and can be reached from everywhere.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the address that your program listens at."},
    )
    description = forms.CharField(
        label="Name",
        max_length=LONGEST_DESCRIPTION,
        required=False,
        help_text="Which program it is.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kinds = forms.MultipleChoiceField(
        label="What it is told",
        choices=[(kind.value, words) for kind, words in KIND_WORDS.items()],
        initial=[OutgoingKind.CUSTOMER_STATE_CHANGED.value],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one type of event."},
    )
