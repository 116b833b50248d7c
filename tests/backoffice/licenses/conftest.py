"""Licenses to act on, and pressing the buttons of an act as staff do."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from storefront.licensing.models import License
from tests.licensing.conftest import buy, portals, product  # noqa: F401  (fixtures)

Act = Callable[..., Any]


def said(response: Any) -> str:
    """The text of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.fixture
def act(client_of: Callable[[str], Any]) -> Act:
    """``act("extend", license, role="Owner", number="3", ...)``: fill in, look at the preview, confirm.

    Returns the preview's sentences; of an act that is refused, the answer with its form.
    """
    clients: dict[str, Any] = {}

    def do(name: str, license: License, *, role: str = "Owner", confirm: bool = True, **fields: Any) -> Any:
        client = clients[role] = clients.get(role) or client_of(role)
        address = f"/admin/licenses/{license.number}/{name}/"
        form = {"reason": "Asked by phone", **fields}
        shown = client.post(address, form)
        if shown.status_code != 200:
            return shown
        if confirm:
            done = client.post(address, form | {"confirmed": shown.context["confirmed"]})
            assert done.status_code == 302, said(done)
        return shown.context["preview"]

    return do
