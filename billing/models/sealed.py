"""Seals what must be read again and must not lie open in the database or its copies; who may read it, others decide.

The key comes from SECRET_KEY. While it is replaced, SECRET_KEY_FALLBACKS open what the old one has sealed.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

_PURPOSE = b"billing.models.sealed:"


class CannotOpen(RuntimeError):
    """It was sealed with a SECRET_KEY that is neither the present one nor among its fallbacks."""


def seal(text: str) -> str:
    """The text, sealed with the present key: another result each time."""
    return _box().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises CannotOpen."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen("The secret was sealed with another SECRET_KEY.") from None


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(_PURPOSE + key.encode()).digest())) for key in keys]
    )
