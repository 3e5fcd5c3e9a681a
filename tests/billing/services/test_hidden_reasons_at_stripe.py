"""A stolen card beside one that only cannot be charged, at Stripe: the same mail and pages, and a new card pays."""

from dataclasses import replace

import pytest

from billing.models import DunningAttempt, DunningCase, Notice
from tests.billing.pursuit import look, new_card, pursue
from tests.billing.refusals import differences, masked, pages_of
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
REFERENCE = "invalid_account"


def mail_of(shop: Shop) -> tuple[str, ...]:
    notice = Notice.objects.select_related("content").get(organization=shop.organization, kind__startswith="payment_")
    content = notice.content
    return tuple(masked(part) for part in (notice.kind, content.subject, content.text, content.html))


def twin_of(shop: Shop) -> Shop:
    """Another organization that buys in the same shop."""
    charlie = MembershipFactory(user__email="charlie@elsewhere.example", organization__name="Elsewhere")
    return replace(shop, organization=charlie.organization, owner=charlie.user)


@pytest.mark.parametrize("code", ["stolen_card", "fraudulent", "pickup_card"])
def test_nothing_tells_it_from_another_refusal(shop: Shop, code: str) -> None:
    twin = twin_of(shop)
    pairs = [(one, one.subscribe()) for one in (shop, twin)]
    for (one, subscription), token in zip(pairs, (code, REFERENCE), strict=True):
        one.charge_only(subscription, f"pm_card_sandbox_{token}")
    shop.advance("P36D")
    for one, subscription in pairs:
        look(one, subscription)

    assert mail_of(shop) == mail_of(twin)
    seen, reference = (pages_of(one.organization.memberships.get()) for one in (shop, twin))
    assert differences(seen, reference) == []
    assert not DunningAttempt.objects.exists()

    # A new card is charged at once, and the mail that still waited is not sent any more.
    new_card(shop, pairs[0][1])
    pursue(shop)
    assert DunningCase.objects.get(organization=shop.organization).state == "recovered"
    assert Notice.objects.get(organization=shop.organization, kind__startswith="payment_").state == "expired"
