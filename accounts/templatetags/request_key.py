"""Gives each rendered form a key of its own, so that a repeated click is known as such."""

import uuid

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(name="request_key")
def request_key_input() -> SafeString:
    """A hidden input with a fresh UUID, the same for as long as this rendering of the form lives."""
    return format_html('<input type="hidden" name="request_key" value="{}">', uuid.uuid4())
