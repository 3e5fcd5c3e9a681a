"""Which role may do what in the admin, written out apart from the table of rights, so that each checks the other.

A new address or action of the admin has to be entered here. `EVERYBODY` means every role; staff without one may do
nothing, a superuser everything.
"""

from billing.terms import StaffRole

S, F, B, A = StaffRole.SUPPORT, StaffRole.FINANCE, StaffRole.BILLING_ADMIN, StaffRole.AUDITOR
EVERYBODY = frozenset(StaffRole)
NOBODY: frozenset[StaffRole] = frozenset()

# Addresses beside Django's own five of each model, by name.
ADDRESSES: dict[str, frozenset[StaffRole]] = {
    "auth_user_password_change": NOBODY,
    "billing_chargeattempt_refund": frozenset({S, F}),
    "billing_customer_cancel": frozenset({S, F}),
    "billing_customer_credit": frozenset({S, F}),
    "billing_customer_end_now": frozenset({F}),
    "billing_customer_erase_note": frozenset({B}),
    "billing_customer_note": frozenset({S, F, B}),
    "billing_customer_resync": frozenset({S, F, B}),
    "billing_customer_why": EVERYBODY,
    "billing_customerpage": EVERYBODY,
    "billing_dispute_accept": frozenset({F}),
    "billing_dispute_answer": frozenset({S, F}),
    "billing_dispute_approve": frozenset({F}),
    "billing_dispute_document": frozenset({S, F}),
    "billing_dispute_reject": frozenset({F}),
    "billing_dispute_report": EVERYBODY,
    "billing_dispute_submit": frozenset({F}),
    "billing_dunningcase_extend": frozenset({F}),
    "billing_dunningcase_forgive": frozenset({F}),
    "billing_dunningcase_hold": frozenset({S, F}),
    "billing_dunningcase_report": EVERYBODY,
    "billing_dunningcase_retry": frozenset({S, F}),
    "billing_dunningcase_settle_conflict": frozenset({F}),
    "billing_dunningpolicy_new_version": frozenset({B}),
    "billing_dunningpolicy_next_version": frozenset({B}),
    "billing_dunningrule_change_rules": frozenset({B}),
    "billing_entitlementoverride_end": frozenset({B}),
    "billing_entitlementoverride_grant": frozenset({B}),
    "billing_invoice_refund": frozenset({S, F}),
    "billing_localtrial_end_trial": frozenset({F, B}),
    "billing_localtrial_extend_trial": frozenset({F, B}),
    "billing_notice_preview": EVERYBODY,
    "billing_notice_preview_html": EVERYBODY,
    "billing_notice_preview_mails": EVERYBODY,
    "billing_notice_previews": EVERYBODY,
    "billing_notice_resend": frozenset({S, F, B}),
    "billing_organization_history": EVERYBODY,
    "billing_refundrequest_again": frozenset({S, F}),
    "billing_refundrequest_approve": frozenset({F}),
    "billing_refundrequest_close": frozenset({F}),
    "billing_refundrequest_reject": frozenset({F}),
    "billing_search": EVERYBODY,
    "billing_subscription_charge_card": frozenset({F}),
    "billing_subscription_end_trial": frozenset({F, B}),
    "billing_subscription_extend_trial": frozenset({F, B}),
    "billing_subscription_send_invoices": frozenset({F}),
    "billing_trialredemption_allow_another": frozenset({F, B}),
    "billing_trialrefusal_allow_another": frozenset({F, B}),
    "webhooks_backfill_start": frozenset({B}),
    "webhooks_inboxevent_replay_one": frozenset({B}),
    "webhooks_inboxevent_replay_range": frozenset({B}),
}

# What is done to the rows that are ticked in a list.
LIST_ACTIONS: dict[str, frozenset[StaffRole]] = {
    "billing.auditentry.export_csv": frozenset({B, A}),
    "billing.auditentry.export_json": frozenset({B, A}),
    "billing.stafftask.resolve": frozenset({S, F, B}),
    "billing.work.revive": frozenset({B}),
    "webhooks.inboxevent.replay_chosen": frozenset({B}),
}

# Models whose rows a superuser adds, changes or deletes by hand. Everything else is read-only for everybody.
BY_HAND = frozenset(
    {
        "account.emailaddress",
        "accounts.consent",
        "accounts.invitation",
        "accounts.membership",
        "accounts.organization",
        "accounts.user",
        "auth.group",
        "mfa.authenticator",
    }
)

# Models of ours with a form on which a role adds and changes rows, none of which is ever deleted.
FORMS: dict[str, frozenset[StaffRole]] = {"billing.refundlimit": frozenset({B})}

# Lists that only who looks after the machine sees.
OF_THE_MACHINE = frozenset(
    {
        "auth.group",
        "billing.apirequest",
        "billing.drift",
        "billing.reconciliation",
        "billing.stripeaccount",
        "billing.work",
        "django_celery_beat.periodictask",
        "webhooks.backfill",
        "webhooks.inboxevent",
    }
)
