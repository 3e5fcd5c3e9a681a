"""How long it is kept what a mail said and to whom it went."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import Notice, NoticeContent
from billing.services.forget_old_mail import forget_old_mail

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def mail(key: str, *, days_ago: int, state: str = "sent") -> None:
    notice = Notice.objects.create(key=key, kind="x", state=state, created_at=timezone.now() - days_ago * DAY)
    NoticeContent.objects.create(notice=notice, recipient="a@oak.example", subject="s", text="t")


def kept() -> set[str]:
    return set(NoticeContent.objects.values_list("notice__key", flat=True))


def test_contents_go_after_a_year_and_the_record_stays() -> None:
    mail("young", days_ago=364)
    mail("old", days_ago=366)
    mail("old but due", days_ago=366, state="due")

    assert forget_old_mail(timezone.now()) == 1
    assert forget_old_mail(timezone.now()) == 0

    assert kept() == {"young", "old but due"}
    assert Notice.objects.filter(key="old").exists()


def test_the_setting_says_how_long(settings) -> None:
    settings.NOTICE_CONTENT_DAYS = 30
    mail("young", days_ago=29)
    mail("old", days_ago=31)

    forget_old_mail(timezone.now())

    assert kept() == {"young"}
