"""Does an act as staff do it in the browser: form, preview, confirmation."""

from __future__ import annotations

from typing import Any

from django.test import Client


def preview(client: Client, url: str, **typed: str) -> Any:
    """The answer to the form: the preview, or the form with its errors."""
    return client.post(url, {"reason": "Asked by phone", **typed})


def act(client: Client, url: str, **typed: str) -> Any:
    """Preview and confirm; the answer to the confirmation, or to the form if it is refused."""
    shown = preview(client, url, **typed)
    if shown.status_code != 200:
        return shown
    return preview(client, url, confirmed=shown.context_data["confirmed"], **typed)


def errors(response: Any) -> str:
    """What the form complains of."""
    assert response.status_code == 422, response.status_code
    return " ".join(str(each) for messages in response.context_data["form"].errors.values() for each in messages)
