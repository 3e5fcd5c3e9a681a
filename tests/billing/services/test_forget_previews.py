"""Previews that led to nothing are forgotten after a month; those behind a decision stay."""

from datetime import timedelta

import pytest

from billing import clock
from billing.models import ChangePreview, PlanChange
from billing.services.forget_previews import forget_previews
from tests.billing.changed_mails import change
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


def test_only_an_old_preview_that_led_to_nothing_is_forgotten() -> None:
    now = clock.system_now()
    decided, unused, young = (
        change(OrganizationFactory(), state="succeeded", number=number).preview for number in range(3)
    )
    assert young is not None
    PlanChange.objects.exclude(preview=decided).delete()
    ChangePreview.objects.exclude(pk=young.pk).update(created_at=now - timedelta(days=31))

    assert [forget_previews(now) for _ in range(2)] == [1, 0]

    assert set(ChangePreview.objects.all()) == {decided, young}
