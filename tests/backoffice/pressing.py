"""Doing an act of the back office as people do: the form, the preview, the confirmation."""

from __future__ import annotations

from typing import Any

from django.test import Client


def preview(client: Client, path: str, **data: Any) -> Any:
    """The page after the form was sent."""
    return client.post(path, {"reason": "Asked by phone", **data})


def confirmed(client: Client, path: str, **data: Any) -> Any:
    """The answer to the confirmation of what was previewed."""
    shown = preview(client, path, **data)
    assert shown.status_code == 200, shown.context["form"].errors
    return client.post(path, {"reason": "Asked by phone", **data, "confirmed": shown.context["confirmed"]})


def sentences(response: Any) -> str:
    return " ".join(response.context["preview"])


def errors(response: Any) -> str:
    assert response.status_code == 422
    return str(response.context["form"].errors)
