"""The mail backend: every message, the sign-in mails included, stands in the notice list and is then delivered."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from billing import clock, notices

_KEPT_OUT = "The text is not kept: it may hold a link that signs a person in."


class RecordedMailBackend(BaseEmailBackend):
    """Hands messages to MAIL_DELIVERY_BACKEND. Those of the outbox are listed already and carry its header."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.delivery = get_connection(settings.MAIL_DELIVERY_BACKEND, fail_silently=fail_silently, **kwargs)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(self._send(message) for message in email_messages)

    def _send(self, message: EmailMessage) -> int:
        if notices.NOTICE_HEADER in message.extra_headers:
            return self.delivery.send_messages([message]) or 0
        notice = notices.record_message(
            kind="account",
            key=f"account:{uuid.uuid4()}",
            recipient=", ".join(message.recipients()),
            subject=str(message.subject),
            text=_KEPT_OUT if settings.IS_PRODUCTION else str(message.body),
            html="",
        )
        try:
            sent = self.delivery.send_messages([message]) or 0
        except Exception as error:
            notices.mark_failed(notice, error=str(error))
            raise
        if sent:
            notices.mark_sent(notice, now=clock.system_now())
        else:
            notices.mark_failed(notice, error="The mail server did not take it.")
        return sent
