"""How log lines look: text for people, JSON for programs (settings.LOG_FORMAT).

Both tell what the line is about: the numbers of request, order, invoice, attempt or license that were bound with
``structlog.contextvars.bound_contextvars`` around it. Secrets are masked in either.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog
from structlog.typing import EventDict

from storefront.core.log_masking import mask, mask_data


class LineFormatter(logging.Formatter):
    """``... message [request_id=1f0c order=SO-7K3M-9QXD]``"""

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = super().formatMessage(record)
        about = structlog.contextvars.get_contextvars()
        if not about:
            return line
        return f"{line} [{mask(' '.join(f'{name}={value}' for name, value in about.items()))}]"


def json_formatter() -> logging.Formatter:
    """One JSON object a line: timestamp (UTC), level, logger, event, exception, and what the line is about."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            masked,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def masked(logger: Any, method: str, event: EventDict) -> EventDict:
    """A traceback is written after the handler's filter: mask here as well."""
    safe: EventDict = mask_data(dict(event))
    return safe
