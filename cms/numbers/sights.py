"""What a process remembers of a visit for the seconds until it is written down. Never stored as it is."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from cms.numbers.models import Step


class Sight(NamedTuple):
    """``key``: the software product that was seen, or the Oscar child product that was put in the cart.

    ``address`` as ``core.visitor.throttle_key`` gives it; ``user_id`` of who was logged in, to leave out staff.
    """

    day: date
    step: Step
    key: int
    address: str
    agent: str
    user_id: int | None
