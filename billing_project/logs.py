"""How every line of web, worker and beat is written: JSON in production, readable in development, never a secret.

Code logs with the standard library, as every library does; structlog adds what is known of the event, the object and
the organization, and hides what must not be kept.
"""

import sys
from typing import Any

import structlog
from structlog.types import EventDict, Processor

from webhooks.masking import masked, masked_text

_LONGEST_TEXT = 4_000
_LONGEST_TRACE = 12_000
_OWN_KEYS = frozenset({"_record", "_from_structlog", "level", "logger", "timestamp"})
_PROGRAMS = {"gunicorn": "web", "uvicorn": "web", "runserver": "web", "worker": "worker", "beat": "beat"}


def logging_settings(*, is_production: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING. `level` is the least serious one that is written."""
    render: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if is_production
        else structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, pad_level=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_program,
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
                # The traceback is text of the line already, without its secrets.
                "keep_exc_info": False,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        # Without handlers of their own what these log is written once, by the root.
        "loggers": {
            "django": {"handlers": []},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True},
            "stripe": {"level": "WARNING"},
        },
    }


def add_program(logger: Any, method: str, line: EventDict) -> EventDict:
    """Name the program that writes, as it was started."""
    line["program"] = _program()
    return line


def hide_secrets(logger: Any, method: str, line: EventDict) -> EventDict:
    """Mask keys, signatures and numbers of cards and accounts in every value, and cut what is too long for a line."""
    for key in line.keys() - _OWN_KEYS:
        line[key] = _safe(line[key], name=key)
    return line


def _safe(value: Any, *, name: str) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{len(bytes(value))} bytes"
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, str):
        return _cut(str(masked(value, name=name)), longest=_LONGEST_TRACE if name == "exception" else _LONGEST_TEXT)
    if isinstance(value, int | dict | list):
        return masked(value, name=name)
    if isinstance(value, tuple | set | frozenset):
        return masked([str(part) for part in value], name=name)
    return _cut(masked_text(str(value)), longest=_LONGEST_TEXT)


def _cut(text: str, *, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]} … {len(text)} characters in all"


def _program() -> str:
    words = " ".join(sys.argv[:4])
    return next((name for word, name in _PROGRAMS.items() if word in words), "command")
