"""Structured logs: one JSON object a line, to a stream. Knows how a line is made, not what is worth one."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import Any, BinaryIO

import msgspec
import structlog

_encode = msgspec.json.Encoder(enc_hook=str).encode
_stream: BinaryIO | None = None  # standard error, unless configured


def configure(level: str = "info", stream: BinaryIO | None = None) -> None:
    """Send every log line, of Sayso and of the libraries, as JSON to `stream` (standard error when left out).

    To be called once, by whoever starts a process; run uvicorn with log_config=None and access_log=False.
    """
    global _stream
    _stream = stream
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.BytesLoggerFactory(stream or sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Relay(threshold)]
    root.setLevel(max(threshold, logging.WARNING))


class _Relay(logging.Handler):
    """Hands the libraries' own log records to structlog, so that every line has one form."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            log = structlog.get_logger(record.name)
            log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)
        except Exception:
            self.handleError(record)


def write(lines: bytes) -> None:
    """Lines that were made elsewhere, each with its end. Never raises for a stream that is closed or full."""
    with suppress(OSError, ValueError, AttributeError):  # no standard error at all, closed, or full
        stream = _stream or sys.stderr.buffer
        stream.write(lines)
        stream.flush()


def _as_json(event: Any, **_: Any) -> bytes:
    return _encode(event)
