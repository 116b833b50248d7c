"""Month arithmetic from an anchor.

The n-th date is always computed from the anchor and never from the date before it: adding a month to the last
date loses the day (31 Jan, 28 Feb, 28 Mar ... for ever).
"""

from __future__ import annotations

import calendar
from datetime import datetime


def add_months(anchor: datetime, months: int) -> datetime:
    """The instant ``months`` after ``anchor``; the day is clamped to the month's last (31 Jan + 1 = 28/29 Feb).

    ``anchor`` is aware UTC; the arithmetic is done in UTC so that no server time zone changes it.
    """
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, last_day))
