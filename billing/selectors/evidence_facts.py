"""Reads all that our own rows know around a disputed charge, for the evidence pack; a bounded number of each."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from accounts.models import Consent, Organization, SignIn
from billing.models import (
    CancelRequest,
    ChargeAttempt,
    CustomerDetails,
    Dispute,
    Invoice,
    Notice,
    Price,
    Refund,
    Subscription,
)
from billing.rules.dispute.amounts import amount_words
from billing.rules.dispute.compelling import Compelling, Payment, compelling
from billing.rules.dispute.pack import Line, PackFacts
from billing.selectors.usage import usage_of
from billing.terms import ChargeStatus

_MOST = 400
_AGENT_LENGTH = 120
_SEEN_WITHIN = timedelta(days=31)


def evidence_facts(dispute: Dispute) -> PackFacts:
    """Some fifteen queries, whatever the history. Times are UTC."""
    charge = ChargeAttempt.objects.filter(stripe_charge_id=dispute.stripe_charge_id).first()
    organization = dispute.organization
    facts = PackFacts(
        seller=settings.PRODUCT_NAME,
        reason=dispute.reason,
        stripe_dispute_id=dispute.stripe_dispute_id,
        stripe_charge_id=dispute.stripe_charge_id,
        amount=amount_words(dispute.amount_minor, dispute.currency),
        charged_at=charge.created_at if charge else None,
        card=f"{charge.card_brand} {charge.card_last4}".strip() if charge else "",
        refund_policy=settings.REFUND_POLICY,
        cancellation_policy=settings.CANCELLATION_POLICY,
    )
    if organization is None:
        return facts
    return _of_customer(facts, organization, charge)


def _of_customer(facts: PackFacts, organization: Organization, charge: ChargeAttempt | None) -> PackFacts:
    invoices = list(Invoice.objects.filter(organization=organization).order_by("-created_at")[:_MOST])
    subscription = _subscription(charge, invoices)
    price = Price.objects.filter(stripe_price_id=subscription.stripe_price_id).first() if subscription else None
    details = CustomerDetails.objects.filter(customer__organization=organization).order_by("-pk").first()
    seen = _seen(organization)
    charges = list(
        ChargeAttempt.objects.filter(organization=organization, status=ChargeStatus.SUCCEEDED.value).order_by(
            "-created_at"
        )[:_MOST]
    )
    return PackFacts(
        **{name: getattr(facts, name) for name in _OF_DISPUTE},
        product=price.plan.name if price else "",
        began_at=subscription.created_at if subscription else None,
        customer_name=(details.name if details else "") or organization.name,
        customer_email=(details.email if details else "") or organization.email,
        customer_address=_address(details),
        account_id=str(organization.uuid),
        purchase_ip=_ip_at(seen, charge.created_at) if charge else "",
        same_amount=_same_amount(charge, charges, invoices),
        invoices=tuple(Line(row.created_at, _invoice_words(row, charge)) for row in invoices),
        payments=tuple(Line(row.created_at, _charge_words(row)) for row in charges),
        undisputed=tuple(
            Line(row.created_at, _charge_words(row))
            for row in charges
            if not row.is_disputed and (charge is None or row.created_at < charge.created_at)
        ),
        refunds=_refunds(organization),
        mails=_mails(organization),
        sign_ins=_sign_ins(organization),
        consents=_consents(organization),
        cancellations=_cancellations(organization),
        usage=tuple(f"{name}: {count}" for name, count in sorted(usage_of(organization).items())),
    )


_OF_DISPUTE = (
    "seller",
    "reason",
    "stripe_dispute_id",
    "stripe_charge_id",
    "amount",
    "charged_at",
    "card",
    "refund_policy",
    "cancellation_policy",
)


def compelling_of(dispute: Dispute) -> Compelling:
    """Whether Visa's Compelling Evidence 3.0 could apply, from what we know of this and earlier payments."""
    charge = ChargeAttempt.objects.filter(stripe_charge_id=dispute.stripe_charge_id).first()
    organization = dispute.organization
    if charge is None or organization is None:
        return Compelling(missing=("The charge is not known here.",))
    seen = _seen(organization)

    def payment(row: ChargeAttempt) -> Payment:
        return Payment(
            row.stripe_charge_id,
            row.created_at,
            card=row.card_fingerprint,
            account_id=str(organization.uuid),
            ip=_ip_at(seen, row.created_at),
        )

    others = ChargeAttempt.objects.filter(
        organization=organization, status=ChargeStatus.SUCCEEDED.value, is_disputed=False
    ).exclude(card_fingerprint="")
    return compelling(
        payment(charge),
        (payment(row) for row in others.order_by("-created_at")[:_MOST]),
        brand=charge.card_brand,
        network_reason_code=dispute.network_reason_code,
    )


def _subscription(charge: ChargeAttempt | None, invoices: Iterable[Invoice]) -> Subscription | None:
    if charge is None:
        return None
    paid = next((row for row in invoices if row.stripe_invoice_id == charge.stripe_invoice_id), None)
    found = Subscription.objects.filter(stripe_subscription_id=paid.stripe_subscription_id) if paid else None
    return found.first() if found is not None else None


def _seen(organization: Organization) -> list[tuple[datetime, str]]:
    """When people of the organization were seen from which address, the oldest first."""
    consents = Consent.objects.filter(_of(organization)).exclude(ip_address=None).order_by("-created_at")
    sign_ins = SignIn.objects.filter(user__memberships__organization=organization).exclude(ip_address=None)
    rows = [*consents.values_list("created_at", "ip_address")[:_MOST]]
    rows += [*sign_ins.order_by("-created_at").values_list("created_at", "ip_address")[:_MOST]]
    return sorted((at, str(ip)) for at, ip in rows)


def _of(organization: Organization) -> Q:
    return Q(organization=organization) | Q(organization=None, user__memberships__organization=organization)


def _ip_at(seen: list[tuple[datetime, str]], at: datetime) -> str:
    """The address from which they were seen last before a payment, a month back at most."""
    index = bisect_right(seen, (at, "\uffff")) - 1
    return seen[index][1] if index >= 0 and at - seen[index][0] <= _SEEN_WITHIN else ""


def _address(details: CustomerDetails | None) -> str:
    if details is None:
        return ""
    parts = (details.line1, details.line2, f"{details.postal_code} {details.city}".strip(), details.state)
    return ", ".join(part for part in (*parts, details.country) if part)


def _invoice_words(row: Invoice, charge: ChargeAttempt | None) -> str:
    by = ""
    if charge is not None and row.stripe_invoice_id == charge.stripe_invoice_id:
        by = f", paid by the disputed charge {charge.stripe_charge_id}"
    name = row.number or row.stripe_invoice_id
    return f"Invoice {name} over {amount_words(row.total_minor, row.currency)}, {row.status}{by}"


def _charge_words(row: ChargeAttempt) -> str:
    card = f", {row.card_brand} ending in {row.card_last4}" if row.card_last4 else ""
    contested = ", disputed" if row.is_disputed else ""
    return f"{row.stripe_charge_id}: {amount_words(row.amount_captured_minor, row.currency)}{card}{contested}"


def _same_amount(
    charge: ChargeAttempt | None, charges: Iterable[ChargeAttempt], invoices: Iterable[Invoice]
) -> tuple[tuple[str, str], ...]:
    """Charges of just this amount within a month before or after, the nearest first."""
    if charge is None:
        return ()
    numbers = {row.stripe_invoice_id: row.number or row.stripe_invoice_id for row in invoices}
    found = [
        row
        for row in charges
        if row.pk != charge.pk
        and (row.amount_captured_minor, row.currency) == (charge.amount_captured_minor, charge.currency)
        and abs(row.created_at - charge.created_at) <= _SEEN_WITHIN
    ]
    found.sort(key=lambda row: abs(row.created_at - charge.created_at))
    return tuple(
        (row.stripe_charge_id, f"invoice {numbers[row.stripe_invoice_id]}")
        for row in found
        if row.stripe_invoice_id in numbers
    )


def _refunds(organization: Organization) -> tuple[Line, ...]:
    rows = Refund.objects.filter(organization=organization).order_by("-created_at")[:_MOST]
    return tuple(
        Line(row.created_at, f"{row.stripe_refund_id}: {amount_words(row.amount_minor, row.currency)}, {row.status}")
        for row in rows
    )


def _mails(organization: Organization) -> tuple[Line, ...]:
    """Those that were sent; the subject where it is still kept."""
    rows = Notice.objects.filter(organization=organization, state=Notice.State.SENT).order_by("-sent_at")
    found = rows.values_list("sent_at", "kind", "content__subject", "content__recipient")[:_MOST]
    return tuple(
        Line(at, f"{subject or kind.replace('_', ' ')}{f', to {to}' if to else ''}")
        for at, kind, subject, to in found
        if at is not None
    )


def _sign_ins(organization: Organization) -> tuple[Line, ...]:
    rows = SignIn.objects.filter(user__memberships__organization=organization).order_by("-created_at")
    found = rows.values_list("created_at", "user__email", "ip_address", "user_agent")[:_MOST]
    return tuple(
        Line(at, f"{who}, {ip or 'address unknown'}, {agent[:_AGENT_LENGTH]}") for at, who, ip, agent in found
    )


def _consents(organization: Organization) -> tuple[Line, ...]:
    rows = Consent.objects.filter(_of(organization)).order_by("-created_at").distinct()[:_MOST]
    return tuple(
        Line(
            row.created_at,
            f"Version {row.terms_version} at {row.get_occasion_display().lower()}"
            f"{f', {row.ip_address}' if row.ip_address else ''}"
            f"{f', {row.user_agent[:_AGENT_LENGTH]}' if row.user_agent else ''}",
        )
        for row in rows
    )


def _cancellations(organization: Organization) -> tuple[Line, ...]:
    """What people asked for; an end that a policy of ours brought about is none."""
    rows = CancelRequest.objects.filter(organization=organization).exclude(requested_by=None).order_by("-created_at")
    return tuple(
        Line(row.created_at, f"{row.get_action_display()} of {row.stripe_subscription_id}, {row.state}")
        for row in rows[:_MOST]
    )
