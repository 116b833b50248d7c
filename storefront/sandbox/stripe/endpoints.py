"""Where events are sent: what ``GET /v1/webhook_endpoints`` tells. The signing secret is never among it.

Endpoints for thin events are not listed: they belong to another API (https://docs.stripe.com/api/v2/event-destinations).
"""

from __future__ import annotations

from typing import Any

from storefront.sandbox.stripe import lists
from storefront.sandbox.stripe.objects import API_VERSION
from storefront.sandbox.stripe.state import Object, State, new_id

CHANGEABLE = frozenset(("api_version", "enabled_events", "status", "url"))


class Endpoints:
    """The shop's own endpoint, to which the courier delivers, and others of the account, to which nobody does."""

    def __init__(self, state: State, *, url: str) -> None:
        self._state = state
        self.own = self._made(url=url)
        self.others: list[Object] = []

    def takes(self, kind: str) -> bool:
        """Whether the shop's endpoint gets events of that type."""
        wanted = self.own["enabled_events"]
        return bool(self.own["url"]) and self.own["status"] == "enabled" and (kind in wanted or "*" in wanted)

    def change(self, **changes: Any) -> None:
        """Raises ValueError for a field that an endpoint does not have."""
        if unknown := changes.keys() - CHANGEABLE:
            raise ValueError(f"no field of an endpoint: {', '.join(unknown)}")
        self.own |= changes

    def add(self, **fields: Any) -> None:
        """One more endpoint of the account, as the Dashboard would make it."""
        if unknown := fields.keys() - CHANGEABLE:
            raise ValueError(f"no field of an endpoint: {', '.join(unknown)}")
        self.others.append(self._made(**fields))

    def list(self, _path: dict[str, str], asked: Object) -> Object:
        found = [each for each in (*reversed(self.others), self.own) if each["url"]]
        return lists.page(found, asked, "/v1/webhook_endpoints")

    def _made(self, **fields: Any) -> Object:
        return {
            "id": new_id("we"),
            "object": "webhook_endpoint",
            "api_version": API_VERSION,
            "application": None,
            "created": self._state.now(),
            "description": None,
            "enabled_events": ["*"],
            "livemode": False,
            "metadata": {},
            "status": "enabled",
            "url": "",
            **fields,
        }
