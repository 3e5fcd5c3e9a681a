"""Makes dunning cases and what hangs on them by the hundred thousand: one row of each by its model, the rest by SQL.

Of ten cases in the background eight are over, one waits for its slot and one for the customer, with deadlines spread
over three weeks. Each has its invoice and a try of ours. Due ones have a plan, a card and a failed charge besides.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

_DAY = timedelta(days=1)
_DUE = "due_"
_NUMBERED = "'{prefix}' || n"


class Rows:
    """Multiplies template rows. `morning` (UTC) is within the policy's hours and at most a day ago."""

    def __init__(self, morning: datetime) -> None:
        self._invoice, self._case, self._attempt, self._plan, self._card, self._charge = _templates(morning)

    def add(self, first: int, last: int) -> None:
        """Cases number `first` to `last` of the background."""
        deadline = "t.deadline_at + make_interval(secs => mod(n, 10000) * 180)"
        state = "(ARRAY['waiting','awaiting_customer','recovered','lost','stopped'])[1 + LEAST(mod(n, 10), 4)]"
        is_open, is_waiting = "mod(n, 10) < 2", "mod(n, 10) = 0"
        multiply(self._invoice, first, last, stripe_invoice_id=_NUMBERED.format(prefix="in_"))
        multiply(
            self._case,
            first,
            last,
            uuid="gen_random_uuid()",
            stripe_invoice_id=_NUMBERED.format(prefix="in_"),
            stripe_subscription_id=_NUMBERED.format(prefix="sub_"),
            state=state,
            deadline_at=deadline,
            due_at=f"CASE WHEN {is_waiting} THEN t.deadline_at + make_interval(secs => mod(n, 10000)) END",
            ended_at=f"CASE WHEN {is_open} THEN NULL ELSE t.opened_at END",
            # Told already, where the notice is due.
            last_notice_at=f"CASE WHEN {deadline} < t.deadline_at + interval '3 days' THEN t.opened_at END",
        )
        multiply(
            self._attempt,
            first,
            last,
            uuid="gen_random_uuid()",
            case_id="(SELECT id FROM billing_dunningcase c WHERE c.stripe_invoice_id = 'in_' || n)",
        )

    @contextmanager
    def due(self, count: int) -> Iterator[None]:
        """So many cases whose moment has come, each with a plan, a card and its failed charge; gone afterwards."""
        invoice, subscription = f"'{_DUE}in_' || n", f"'{_DUE}sub_' || n"
        card, print_ = f"'{_DUE}pm_' || n", f"'{_DUE}fp_' || n"
        multiply(self._invoice, 1, count, stripe_invoice_id=invoice)
        multiply(self._plan, 1, count, stripe_subscription_id=subscription, stripe_payment_method_id=card)
        multiply(self._card, 1, count, stripe_payment_method_id=card, card_fingerprint=print_)
        multiply(
            self._charge,
            1,
            count,
            stripe_charge_id=f"'{_DUE}ch_' || n",
            stripe_invoice_id=invoice,
            card_fingerprint=print_,
        )
        multiply(
            self._case,
            1,
            count,
            uuid="gen_random_uuid()",
            stripe_invoice_id=invoice,
            stripe_subscription_id=subscription,
            card_fingerprint=print_,
            state="'waiting'",
            due_at="t.opened_at",
            ended_at="NULL::timestamptz",
        )
        analyze()
        yield
        self._take_due_away()

    def _take_due_away(self) -> None:
        from billing.models import CaseEvent, DunningAttempt, DunningCase

        of_due = {"case__stripe_invoice_id__startswith": _DUE}
        CaseEvent.objects.filter(**of_due).delete()
        DunningAttempt.objects.filter(**of_due).delete()
        DunningCase.objects.filter(stripe_invoice_id__startswith=_DUE).delete()
        for row, field in (
            (self._invoice, "stripe_invoice_id"),
            (self._plan, "stripe_subscription_id"),
            (self._card, "stripe_payment_method_id"),
            (self._charge, "stripe_charge_id"),
        ):
            type(row)._default_manager.filter(**{f"{field}__startswith": _DUE}).delete()


def analyze() -> None:
    """As autovacuum does soon after so many new rows; a vacuum, too, so that no figure pays for the filling."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def multiply(row: Model, first: int, last: int, **expressions: str) -> None:
    """Copies of `row` (`t`) for each number `n`, but for the columns whose SQL expression is given."""
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    values = [expressions.pop(column, f't."{column}"') for column in columns]
    if expressions:
        raise ValueError(f"No such column: {sorted(expressions)}")
    names = ", ".join(f'"{column}"' for column in columns)
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} "  # noqa: S608
            f"FROM {table} t, generate_series(%s::bigint, %s::bigint) AS n WHERE t.id = %s",
            [first, last, row.pk],
        )


_MONEY: dict[str, Any] = {"currency": "eur", "amount_minor": 4800}
_CARD = {"card_brand": "visa", "card_last4": "4242", "card_fingerprint": "fp_0"}


def _templates(now: datetime) -> tuple[Model, ...]:
    from accounts.models import Organization  # The apps are loaded by now.
    from billing.models import DunningCase, DunningPolicy
    from billing.rules.dunning.policy import sha256_of
    from billing.rules.dunning.standard import STANDARD_BODY

    organization = Organization.objects.create(name="Oakline", email="books@example.org")
    policy = DunningPolicy.objects.create(
        key="standard", version=1, body=STANDARD_BODY, sha256=sha256_of(STANDARD_BODY)
    )
    opened_at = now - 6 * _DAY
    case = DunningCase.objects.create(
        organization=organization,
        livemode=False,
        stripe_invoice_id="in_0",
        stripe_subscription_id="sub_0",
        policy=policy,
        collector="own",
        state="recovered",
        time_zone="UTC",
        opened_at=opened_at,
        last_try_at=opened_at,
        ended_at=opened_at,
        deadline_at=now + 2 * _DAY,
        card_fingerprint="fp_0",
        decline_class="soft",
        decline_code="insufficient_funds",
        **_MONEY,
    )
    return _of_case(case, opened_at=opened_at)


def _of_case(case: Any, *, opened_at: datetime) -> tuple[Model, ...]:
    """The case with all that hangs on it."""
    from billing.models import ChargeAttempt, DunningAttempt, Invoice, PaymentMethod, Subscription

    shared = {"organization": case.organization, "livemode": False, "stripe_customer_id": "cus_0"}
    return (
        Invoice.objects.create(
            stripe_invoice_id="in_0",
            status="open",
            total_minor=4800,
            amount_due_minor=4800,
            amount_paid_minor=0,
            amount_remaining_minor=4800,
            has_been_attempted=True,
            currency="eur",
            created_at=opened_at,
            fetched_at=opened_at,
            **shared,
        ),
        case,
        DunningAttempt.objects.create(
            case=case,
            seq=1,
            trigger="schedule",
            state="declined",
            planned_at=opened_at,
            sent_at=opened_at,
            sent_system_at=opened_at,
            ended_at=opened_at,
            **_MONEY,
        ),
        Subscription.objects.create(
            stripe_subscription_id="sub_0", status="past_due", created_at=opened_at, fetched_at=opened_at, **shared
        ),
        PaymentMethod.objects.create(
            stripe_payment_method_id="pm_0",
            type="card",
            livemode=False,
            stripe_customer_id="cus_0",
            fetched_at=opened_at,
            **_CARD,
        ),
        ChargeAttempt.objects.create(
            stripe_charge_id="ch_0",
            stripe_invoice_id="in_0",
            status="failed",
            failure_code="card_declined",
            decline_code="insufficient_funds",
            created_at=opened_at,
            fetched_at=opened_at,
            **_MONEY,
            **_CARD,
            **shared,
        ),
    )
