"""Sends one mail from three files with the same stem: subject, text and HTML."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send_from_templates(stem: str, *, to: str, context: dict[str, Any]) -> None:
    """Render `{stem}_subject.txt`, `{stem}_message.txt` and `{stem}_message.html` and hand the mail to the backend.

    Each call sends a mail. Call it outside of a transaction: the backend may talk to a mail server.
    """
    context = {
        "product_name": settings.PRODUCT_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "site_url": settings.SITE_URL,
        **context,
    }
    subject = " ".join(render_to_string(f"{stem}_subject.txt", context).split())
    message = EmailMultiAlternatives(
        subject, render_to_string(f"{stem}_message.txt", context).strip() + "\n", to=[to]
    )
    message.attach_alternative(render_to_string(f"{stem}_message.html", context), "text/html")
    message.send()
