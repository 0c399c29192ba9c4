"""Structured logs, one JSON object a line, without personal data: ids and counts, never names or contents."""

import logging
import sys

import structlog

PERSONAL_KEYS = frozenset({"email", "phone", "name", "address", "pin", "password", "token", "note"})


def _drop_personal(_logger: object, _method: str, event_dict: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key in PERSONAL_KEYS & event_dict.keys():
        event_dict[key] = "[removed]"
    return event_dict


def configure(*, json_lines: bool) -> None:
    """Set logging up once for the process."""
    renderer = structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _drop_personal,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
