"""The forms of a team: whom to invite, which role, what a new organization is called."""

from django import forms

from accounts.forms.plain import INVALID_EMAIL
from accounts.models import Role

ROLE_MEANINGS = {
    Role.OWNER: "Everything: people, plan, payment, invoices.",
    Role.BILLING: "Plan, payment and invoices. Not the people.",
    Role.MEMBER: "Uses the product and sees who is in the team.",
}


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "Enter the e-mail of the person whom you invite.",
            "invalid": INVALID_EMAIL,
        },
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MEMBER, label="Role")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices, widget=forms.RadioSelect, label="Role")

    def choices_explained(self) -> list[tuple[str, str, str]]:
        """Value, name and meaning of each role, for the template."""
        return [(role.value, role.label, ROLE_MEANINGS[role]) for role in Role]


class NewOrganizationForm(forms.Form):
    name = forms.CharField(
        max_length=120,
        label="Organization",
        help_text="Your company or team. You can change it later.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
