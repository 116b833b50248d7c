"""Notifications: unsigned, sent until they are answered with 200, or for a day.

https://yookassa.ru/developers/using-api/webhooks
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass

from storefront.sandbox.postman import Postman
from storefront.sandbox.yookassa.state import Object, State, new_id, shown

#: Seconds after the first try; YooKassa does not tell its own pauses, which go on for 24 hours.
LATER = (1, 5, 30, 120, 600, *(3600 * hour for hour in range(1, 25)))
_HEADERS = {"Content-Type": "application/json", "User-Agent": "AHC/2.1 (sandbox)"}


@dataclass
class Mode:
    """How deliveries misbehave. All off is normal: ``hold`` keeps them until released, ``drop`` loses them."""

    copies: int = 1
    hold: bool = False
    drop: bool = False


class Notifications(Postman):
    def __init__(self, state: State, *, url: str) -> None:
        super().__init__(state.clock, url=url, later=LATER, is_taken=lambda _, answer: answer.status == 200)
        self._state = state
        self.mode = Mode()

    def emit(self, event: str, thing: Object) -> None:
        """Note what happened, and have it told; the caller holds the state's lock."""
        told = {"type": "notification", "event": event, "object": copy.deepcopy(shown(thing))}
        body = json.dumps(told, ensure_ascii=False)
        self._state.notices[new_id()] = {"body": body}
        if not self.mode.drop:
            self.send(body.encode(), _HEADERS, hold=self.mode.hold, copies=self.mode.copies, event=event)

    def forget(self) -> None:
        super().forget()
        self.mode = Mode()
