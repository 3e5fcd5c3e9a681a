"""Periodic work for the machinery itself: the proof that a start is complete, and the local broker's rubbish."""

import logging
import sqlite3
from contextlib import closing

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from billing.clock import business_now, system_now
from billing.services.alarms import alarm_broken_invariant
from billing_project.broker import broker_file
from billing_project.invariants import broken_invariants
from billing_project.models import StartMark

logger = logging.getLogger(__name__)
ONLY_ROW = 1


@shared_task
def mark_start(token: str) -> None:
    """Write down the token that beat sent. Safe to repeat.

    A worker left over from an earlier start knows another token and writes nothing.
    """
    if token != settings.START_TOKEN or StartMark.objects.filter(pk=ONLY_ROW, token=token).exists():
        return
    StartMark.objects.update_or_create(pk=ONLY_ROW, defaults={"token": token, "created_at": timezone.now()})


@shared_task
def clear_read_messages() -> None:
    """Delete messages that a worker has read: the SQLite broker keeps them for ever. Safe to repeat."""
    file = broker_file()
    if file is None:
        return
    with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        connection.execute("DELETE FROM kombu_message WHERE visible = 0")


@shared_task
def check_invariants() -> None:
    """Tell a person, once a day and invariant, what must never be so. Safe to repeat."""
    now = system_now()
    for finding in broken_invariants(now, business_now=business_now()):
        logger.error("invariant %s is broken by %s rows", finding.name, finding.count)
        alarm_broken_invariant(finding.name, says=finding.says, count=finding.count, sample=finding.sample, now=now)
