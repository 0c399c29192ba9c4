"""Structured logs, one JSON object a line, without personal data: ids and counts, never names or contents.

Every line carries the id of the request, job, delivery or command it belongs to. Libraries' own lines go the same
way. Of an error its kind and place are kept, never its words: those may hold what a person typed.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from marketplace.config import CHECKOUT, LOG_FRAMES_MAX
from marketplace.kernel import ids

PERSONAL_KEYS = frozenset({"email", "phone", "name", "address", "pin", "password", "token", "note"})


@contextmanager
def traced(**what: str) -> Iterator[str]:
    """Give every line inside the block an id of its own, and what it belongs to."""
    request_id = ids.new_id()
    with structlog.contextvars.bound_contextvars(request_id=request_id, **what):
        yield request_id


_PROCESS_ID = ids.new_id()


def _traced_at_least_to_here(
    _logger: object, _method: str, event_dict: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """A line outside any request, job or command carries the id of this start of the program."""
    event_dict.setdefault("request_id", _PROCESS_ID)
    return event_dict


def _drop_personal(_logger: object, _method: str, event_dict: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key in PERSONAL_KEYS & event_dict.keys():
        event_dict[key] = "[removed]"
    return event_dict


def _wordless_error(
    _logger: object, _method: str, event_dict: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """The kinds of an error and its causes, and the places it came by; its message stays out."""
    error = event_dict.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event_dict["error"] = " < ".join(_kinds(error))
        event_dict["at"] = _places(error)
    return event_dict


def _places(error: BaseException) -> list[str]:
    """The way through our own files to where it happened, the innermost last; a library's way is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(str(CHECKOUT)) and ".venv" not in frame.filename]
    kept = own[-LOG_FRAMES_MAX:]
    if frames and frames[-1] not in kept:
        kept.append(frames[-1])
    return [f"{frame.filename.removeprefix(f'{CHECKOUT}/')}:{frame.lineno} {frame.name}" for frame in kept]


def _kinds(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield type(error).__name__
        error = error.__cause__ or error.__context__


class _LibraryLines(logging.Handler):
    """Takes what libraries log from WARNING up and writes it as one of our lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line: the template alone, since what fills it may be anybody's."""
        more = {"exc_info": record.exc_info} if record.exc_info else {}
        structlog.get_logger().log(record.levelno, str(record.msg), logger=record.name, **more)


def configure(*, json_lines: bool) -> None:
    """Set logging up once for the process."""
    renderer = structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _traced_at_least_to_here,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _drop_personal,
            _wordless_error,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _LibraryLines)]
    root.addHandler(_LibraryLines(logging.WARNING))
