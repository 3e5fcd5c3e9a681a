"""Says which rights each of the staff's roles has: one table, written out; it must not know who has a role.

The groups of the same names are brought to this table after every migration. Rights that nobody has here (changing
people and groups, removing a second factor, adding to a team) are a superuser's. Who has two roles has the rights of
both; the second person of an approval is still another person.
"""

from collections.abc import Iterable, Mapping

from billing.terms import StaffRole

_CUSTOMERS = (
    "account.emailaddress",
    "accounts.consent",
    "accounts.invitation",
    "accounts.membership",
    "accounts.organization",
    "accounts.user",
    "billing.apikey",
    "billing.billingemailchange",
    "billing.customer",
    "billing.customernote",
    "billing.detailsrequest",
    "billing.erasure",
    "mfa.authenticator",
)
_SUBSCRIPTIONS = (
    "billing.cancelrequest",
    "billing.changepreview",
    "billing.checkoutintent",
    "billing.discount",
    "billing.discountchange",
    "billing.entitlementoverride",
    "billing.feature",
    "billing.invoicetermschange",
    "billing.localtrial",
    "billing.pauserequest",
    "billing.plan",
    "billing.planchange",
    "billing.price",
    "billing.seatchange",
    "billing.subscription",
    "billing.subscriptionschedule",
    "billing.trialallowance",
    "billing.trialchange",
    "billing.trialredemption",
    "billing.trialrefusal",
)
_MONEY = (
    "billing.cardsetup",
    "billing.chargeattempt",
    "billing.creditnote",
    "billing.customercredit",
    "billing.dispute",
    "billing.earlyfraudwarning",
    "billing.evidencedraft",
    "billing.evidencesubmission",
    "billing.invoice",
    "billing.invoicepayment",
    "billing.paymentmethodchange",
    "billing.refund",
    "billing.refundlimit",
    "billing.refundrequest",
)
_DUNNING = (
    "billing.cardblock",
    "billing.caserequest",
    "billing.dunningattempt",
    "billing.dunningcase",
    "billing.dunningpolicy",
    "billing.dunningrule",
)
_WORK = (  # What happened, and what waits for a person.
    "billing.auditentry",
    "billing.notice",
    "billing.outgoingevent",
    "billing.stafftask",
    "billing.transition",
    "billing.webhookdelivery",
    "billing.webhookendpoint",
)
_MACHINE = (
    "billing.apirequest",
    "billing.drift",
    "billing.reconciliation",
    "billing.stripeaccount",
    "billing.work",
    "django_celery_beat.periodictask",
    "webhooks.backfill",
    "webhooks.inboxevent",
)
_WHO_MAY_WHAT = ("auth.group",)


def _views(*parts: Iterable[str]) -> frozenset[str]:
    names = (name.split(".") for part in parts for name in part)
    return frozenset(f"{app}.view_{model}" for app, model in names)


_DESK = _views(_CUSTOMERS, _SUBSCRIPTIONS, _MONEY, _DUNNING, _WORK)

RIGHTS: Mapping[StaffRole, frozenset[str]] = {
    StaffRole.SUPPORT: _DESK
    | {
        "billing.add_cancelrequest",
        "billing.add_customercredit",
        "billing.add_customernote",
        "billing.change_stafftask",
        "billing.draft_dispute",
        "billing.hold_dunningcase",
        "billing.request_refundrequest",
        "billing.resend_notice",
        "billing.resync_customer",
        "billing.retry_dunningcase",
    },
    StaffRole.FINANCE: _DESK
    | {
        "billing.accept_dispute",
        "billing.add_cancelrequest",
        "billing.add_customercredit",
        "billing.add_customernote",
        "billing.add_invoicetermschange",
        "billing.add_trialallowance",
        "billing.add_trialchange",
        "billing.approve_dispute",
        "billing.approve_refundrequest",
        "billing.block_buyer_refundrequest",
        "billing.change_stafftask",
        "billing.close_refundrequest",
        "billing.draft_dispute",
        "billing.end_now_cancelrequest",
        "billing.extend_dunningcase",
        "billing.forgive_dunningcase",
        "billing.hold_dunningcase",
        "billing.request_refundrequest",
        "billing.resend_notice",
        "billing.resync_customer",
        "billing.retry_dunningcase",
        "billing.settle_conflict_dunningcase",
        "billing.submit_dispute",
    },
    StaffRole.BILLING_ADMIN: _DESK
    | _views(_MACHINE, _WHO_MAY_WHAT)
    | {
        "billing.add_customernote",
        "billing.add_dunningpolicy",
        "billing.add_refundlimit",
        "billing.add_trialallowance",
        "billing.add_trialchange",
        "billing.change_dunningrule",
        "billing.change_refundlimit",
        "billing.change_stafftask",
        "billing.end_entitlementoverride",
        "billing.erase_customernote",
        "billing.export_auditentry",
        "billing.grant_entitlementoverride",
        "billing.resend_notice",
        "billing.resync_customer",
        "billing.revive_work",
        "webhooks.replay_inboxevent",
        "webhooks.start_backfill",
    },
    StaffRole.AUDITOR: _DESK | _views(_MACHINE, _WHO_MAY_WHAT) | {"billing.export_auditentry"},
}


def rights_of(role: StaffRole) -> frozenset[str]:
    """The permissions of a role, each as `app_label.codename`."""
    return RIGHTS[role]
