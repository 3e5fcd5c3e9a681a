"""Gives an error page a reference that support can find in the log."""

import logging
import secrets
from typing import Any

from django import template

register = template.Library()
log = logging.getLogger(__name__)


@register.simple_tag(takes_context=True)
def reference(context: dict[str, Any]) -> str:
    """A short random name for this showing of the page; it goes to the log with the path."""
    name = secrets.token_hex(4).upper()
    request = context.get("request")
    log.warning("reference %s: error page shown at %s", name, request.path if request else "an unknown path")
    return name
