"""The timing that every good answer carries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def time_block(now: float) -> dict[str, Any]:
    """``now`` is seconds since 1970.

    https://apidocs.bitrix24.com/settings/how-to-call-rest-api/general-principles.html
    """
    moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    return {
        "start": now,
        "finish": now + 0.1,
        "duration": 0.1,
        "processing": 0.05,
        "date_start": moment,
        "date_finish": moment,
        "operating_reset_at": int(now) + 600,
        "operating": 0,
    }
