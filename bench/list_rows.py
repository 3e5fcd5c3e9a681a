"""Fills every large table that staff have lists of: one row of each by its factory, the rest by SQL."""

from types import ModuleType

from django.db.models import Model

from bench.case_rows import analyze, multiply

_OWN = {"organization_id": "{base} + n"}
_AGED = {"created_at": "t.created_at - n * interval '1 minute'"}
_OBJECT = {**_OWN, **_AGED}


def fill(rows: int) -> None:
    """`rows` of each kind, one for each of as many organizations, the ages spread by a minute each."""
    from accounts.models import Membership, Organization, User
    from billing import models as billing
    from tests.billing.admin.rows import ROWS
    from tests.factories import MembershipFactory

    member = MembershipFactory()
    organization, user = member.organization, member.user
    multiply(
        organization,
        1,
        rows,
        uuid="gen_random_uuid()",
        name="'Studio ' || n",
        email="n || '@studio.example'",
        **_AGED,
    )
    multiply(user, 1, rows, email="'p' || n || '@people.example'", full_name="'Person ' || n")
    base = {"base": _first_of(Organization, organization), "people": _first_of(User, user)}
    multiply(member, 1, rows, **_with(base, uuid="gen_random_uuid()", user_id="{people} + n", **_OWN))
    assert Membership.objects.count() == rows + 1  # noqa: S101  # Else the figures would be of nothing.
    for model, columns in _COLUMNS.items():
        kind = getattr(billing, model)
        multiply(ROWS[kind][0](1), 1, rows, **_with(base, **columns))
    _fill_contents(billing, rows)
    analyze()


def _with(base: dict[str, int], **columns: str) -> dict[str, str]:
    return {name: expression.format(**base) for name, expression in columns.items()}


def _first_of(model: type[Model], template: Model) -> int:
    """The key to which `n` is added: rows were numbered behind one another after the template."""
    found = model._default_manager.exclude(pk=template.pk).order_by("pk").values_list("pk", flat=True)
    return int(found[0]) - 1


def _fill_contents(billing: ModuleType, rows: int) -> None:
    """The words of each mail, and a try of each case."""
    notices = billing.Notice.objects.order_by("pk")
    content = billing.NoticeContent.objects.get(notice=notices[0])
    first = notices[1].pk - 1
    multiply(content, 1, rows, notice_id=f"{first} + n", recipient="n || '@studio.example'")
    attempt = billing.DunningAttempt.objects.first()
    if attempt is None:
        from tests.billing.admin.rows_of_dunning import attempt as made_up

        attempt = made_up(2, state="declined")
    cases = billing.DunningCase.objects.filter(stripe_invoice_id__startswith="in_case_").order_by("pk")
    multiply(
        attempt, 1, rows, uuid="gen_random_uuid()", case_id=f"{cases[0].pk - 1} + n", stripe_charge_id="'ch_t' || n"
    )


_COLUMNS: dict[str, dict[str, str]] = {
    "Customer": {**_OBJECT, "uuid": "gen_random_uuid()", "stripe_customer_id": "'cus_' || n"},
    "Subscription": {
        **_OBJECT,
        "stripe_subscription_id": "'sub_' || n",
        "stripe_customer_id": "'cus_' || n",
        "status": "(ARRAY['active','active','trialing','past_due','canceled'])[1 + mod(n, 5)]",
    },
    "Invoice": {
        **_OBJECT,
        "stripe_invoice_id": "'in_' || n",
        "stripe_customer_id": "'cus_' || n",
        "stripe_subscription_id": "'sub_' || n",
        "number": "'STU-' || n",
        "status": "(ARRAY['paid','paid','paid','open','void'])[1 + mod(n, 5)]",
    },
    "ChargeAttempt": {
        **_OBJECT,
        "stripe_charge_id": "'ch_' || n",
        "stripe_customer_id": "'cus_' || n",
        "stripe_invoice_id": "'in_' || n",
        "stripe_payment_intent_id": "'pi_' || n",
        "card_last4": "lpad(mod(n, 10000)::text, 4, '0')",
    },
    "Refund": {**_OBJECT, "stripe_refund_id": "'re_' || n", "stripe_charge_id": "'ch_' || n"},
    "Dispute": {**_OBJECT, "stripe_dispute_id": "'dp_' || n", "stripe_charge_id": "'ch_' || n"},
    "Notice": {**_OBJECT, "uuid": "gen_random_uuid()", "key": "'mail:' || n", "state": "'sent'"},
    "Transition": {**_OWN, "stripe_id": "'sub_' || n"},
    "AuditEntry": {**_OBJECT, "uuid": "gen_random_uuid()", "subject": "'cus_' || n"},
    "DunningCase": {
        **_OWN,
        "uuid": "gen_random_uuid()",
        "stripe_invoice_id": "'in_case_' || n",
        "stripe_subscription_id": "'sub_' || n",
        "state": "(ARRAY['awaiting_customer','recovered','lost','stopped'])[1 + mod(n, 4)]",
        "due_at": "NULL::timestamptz",
        "ended_at": "CASE WHEN mod(n, 4) = 0 THEN NULL ELSE t.opened_at END",
        "deadline_at": "t.deadline_at + n * interval '1 minute'",
    },
    "StaffTask": {**_OBJECT, "key": "'task:' || n", "resolved_at": "CASE WHEN mod(n, 50) > 0 THEN t.created_at END"},
    "CustomerNote": {**_OBJECT, "uuid": "gen_random_uuid()", "request_key": "gen_random_uuid()"},
}
"""What is different in each row; a model whose name is missing here has few rows."""
