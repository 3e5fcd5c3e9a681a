"""Nobody learns from us that a card is stolen: all hidden reasons look alike, wherever a customer can look."""

import json
from datetime import timedelta

import pytest

from billing.models import DunningCase, Transition
from billing.rules.dunning.tables import decline_rows
from billing.services.open_dunning_case import open_dunning_case
from billing.terms import DeclineClass
from tests.billing.factories import ChargeAttemptFactory
from tests.billing.refusals import copy_of, differences, mails_after, pages_of, refuse
from tests.billing.situations import tell

pytestmark = pytest.mark.django_db
REFERENCE = "invalid_account"
HIDDEN_KEYS = ("generic", "cancelled_auth")
ROWS = [
    row
    for row in decline_rows().values()
    if row.decline_class == DeclineClass.FRAUD or row.message_key in HIDDEN_KEYS
]
CODES = sorted(row.code for row in ROWS)
OF_A_MANDATE = sorted(row.code for row in ROWS if row.message_key == "cancelled_auth")
TELLING = ("stolen", "fraud", "lost_card", "blacklist", "pickup", "risk", "revocation", "invalid_account", "hard")


def test_every_row_that_hides_its_reason_is_looked_at() -> None:
    assert REFERENCE in CODES
    assert len(CODES) == len({*CODES}) == 27


@pytest.mark.parametrize("code", CODES)
def test_mail_headers_and_moment_are_those_of_any_other(catalogue, alice, charlie, now, code: str) -> None:
    delay = decline_rows()[code].message_delay
    reference = mails_after(refuse(charlie.organization, REFERENCE, now=now), now=now)

    case = refuse(alice.organization, code, now=now)

    assert case.message_due_at == now + delay
    assert mails_after(case, now=now, delay=delay) == reference
    assert [row["kind"] for row in reference if "kind" in row] == ["payment_failed_generic"]


@pytest.mark.parametrize("code", [code for code in CODES if code not in OF_A_MANDATE])
def test_no_page_and_no_answer_differs(catalogue, alice, charlie, now, code: str) -> None:
    refuse(charlie.organization, REFERENCE, now=now)
    refuse(alice.organization, code, now=now)

    seen, reference = pages_of(alice), pages_of(charlie)

    assert differences(seen, reference) == []
    assert "Please use another card, or ask your bank." in seen["/billing/"]


@pytest.mark.parametrize("code", OF_A_MANDATE)
def test_a_mandate_that_was_taken_back_has_the_same_banner(catalogue, alice, charlie, now, code: str) -> None:
    refuse(charlie.organization, REFERENCE, now=now)
    refuse(alice.organization, code, now=now)

    banners = [_banner(pages_of(person)["/billing/"]) for person in (alice, charlie)]

    assert banners[0] == banners[1]


@pytest.mark.parametrize("code", CODES)
def test_the_second_mail_is_the_same_as_well(catalogue, alice, charlie, now, code: str) -> None:
    """After a reason that was told, one that is hidden: whether it is tried again makes no difference either."""
    seen = []
    for person, second in ((charlie, REFERENCE), (alice, code)):
        case = refuse(person.organization, "insufficient_funds", now=now)
        mails_after(case, now=now)
        again = _again(case, second, now=now + timedelta(days=3))
        seen.append(mails_after(again, now=now + timedelta(days=3), delay=decline_rows()[second].message_delay)[-1])

    assert seen[0] == seen[1]


@pytest.mark.parametrize("code", ["stolen_card", "fraudulent", "merchant_blacklist", "rule", REFERENCE])
def test_the_copy_of_all_data_does_not_say_why(catalogue, alice, now, code: str) -> None:
    mails_after(refuse(alice.organization, code, now=now, outcome_type="blocked", network_decline_code="43"), now=now)

    copy = copy_of(alice.organization, now=now)

    text = json.dumps(copy)
    assert len(copy["sections"]["billing.ChargeAttempt"]) == len(copy["sections"]["billing.DunningCase"]) == 1
    assert [word for word in (*TELLING, code, "blocked", '"43"') if word in text] == []


def _again(case: DunningCase, code: str, *, now) -> DunningCase:
    charge = ChargeAttemptFactory(
        organization=case.organization,
        stripe_invoice_id=case.stripe_invoice_id,
        status="failed",
        decline_code=code,
        card_fingerprint=f"fp_{case.organization_id}",
        created_at=now,
    )
    tell(case.organization, "charge", charge.stripe_charge_id, to="failed", at=now)
    open_dunning_case(Transition.objects.get(stripe_id=charge.stripe_charge_id), now=now)
    case.refresh_from_db()
    return case


def _banner(page: str) -> str:
    return page.split('<section class="banner', 1)[1].split("</section>", 1)[0]
