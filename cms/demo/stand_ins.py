"""The stand-ins' buttons: pays as a buyer would, installs an application as a portal would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from django.conf import settings

_SECONDS = 10


class NotRunning(Exception):
    """The stand-ins cannot be used: the shop is set up for the real services, or a payment did not succeed."""


def pay(session: str) -> None:
    """Pay on the provider's page with a card that succeeds."""
    result = _press(settings.SANDBOX_STRIPE, f"sessions/{session}/pay")
    if result not in ("paid", "closed"):  # closed: paid in a run that was interrupted
        raise NotRunning(f"the payment ended as {result}")


def refund(session: str) -> None:
    """Refund a paid session, as staff does at the provider."""
    _press(settings.SANDBOX_STRIPE, f"sessions/{session}/refund")


@contextmanager
def set_back(days: int) -> Iterator[None]:
    """What happens at the provider meanwhile happened so many days ago."""
    _press(settings.SANDBOX_STRIPE, "clock", seconds=days * 86400)
    try:
        yield
    finally:
        _press(settings.SANDBOX_STRIPE, "clock", seconds=0)


def webhooks(*, is_on: bool) -> None:
    """Switch the provider's webhooks on or off."""
    mode = {} if is_on else {"drop": True}
    _press(settings.SANDBOX_STRIPE, "webhooks", **mode)


def portals() -> list[dict[str, Any]]:
    """The portals there are: ``name``, ``host`` and more."""
    if not settings.SANDBOX or settings.STRIPE_API_BASE != settings.SANDBOX_STRIPE:
        raise NotRunning("the shop is set up for the real services")
    return _answer(requests.get(f"{_bitrix24()}/_control/portals", timeout=_SECONDS))


def install(portal: str, app_code: str) -> dict[str, Any]:
    """Install an application; returns what ``open_app`` returns."""
    _press(_bitrix24(), "install", portal=portal, app=app_code)
    return open_app(portal, app_code)


def open_app(portal: str, app_code: str) -> dict[str, Any]:
    """What the portal posts when an administrator opens an application: query and form."""
    launch: dict[str, Any] = _press(_bitrix24(), "issue_token", portal=portal, app=app_code)
    return launch


def _bitrix24() -> str:
    base: str = settings.SANDBOX_BITRIX24
    return base


def _press(base: str, button: str, **arguments: Any) -> Any:
    return _answer(requests.post(f"{base}/_control/{button}", json=arguments, timeout=_SECONDS))


def _answer(response: requests.Response) -> Any:
    response.raise_for_status()
    return response.json()
