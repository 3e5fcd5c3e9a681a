"""The page that asks before a mail is sent once more: what, to whom, why."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from accounts.models import User
from billing.admin.customer_acts import wish_of
from billing.admin.question import Question, ask
from billing.models import Notice
from billing.services.resend_notice import resend_notice


def resend_page(request: HttpRequest, notice: Notice, *, model_admin: ModelAdmin) -> HttpResponse:
    """Leads to the new mail's row when it is done."""
    content = getattr(notice, "content", None)

    def act(given: dict[str, Any], actor: User, request_key: UUID) -> str:
        resend_notice(notice.pk, wish=wish_of(given, actor, request_key))
        return "The mail goes out once more within a minute."

    question = Question(
        title="Send a mail once more",
        sentences=[
            f"“{content.subject}” goes to {content.recipient} again, word for word, as a mail of its own."
            if content
            else "The words of this mail are no longer kept.",
            "Sums and dates in it are those of then, and links in it may have ended.",
        ],
        verb="Send it once more",
        way_back=reverse("admin:billing_notice_change", args=[notice.pk]),
        act=act,
    )
    return ask(request, question, model_admin=model_admin)
