"""Pressing an act: the form, its preview, the confirmation."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client


def preview(client: Client, path: str, **data: str) -> Any:
    return client.post(path, {"reason": "They asked by phone", **data})


def confirm(client: Client, path: str, **data: str) -> Any:
    """Preview, then do what was previewed. Returns the last answer."""
    shown = preview(client, path, **data)
    digest = re.search(r'name="confirmed" value="(\w+)"', shown.content.decode())
    if digest is None:
        return shown
    return client.post(path, {"reason": "They asked by phone", **data, "confirmed": digest[1]})
