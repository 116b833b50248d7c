"""The SDK's way to the network, through the shop's own HTTP client.

The SDK's own clients bound only the pause between two bytes, follow redirects and obey proxy variables. Importing
this module imports the SDK, so it is imported when the first call is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import stripe
from requests.structures import CaseInsensitiveDict

from storefront.gateways.errors import Busy, Unavailable
from storefront.gateways.http import HttpClient


class Transport(stripe.HTTPClient):
    """One attempt per call; repeating is decided by the SDK, which knows Stripe's rules for it."""

    name = "storefront"

    def __init__(self, http: HttpClient) -> None:
        super().__init__()
        self._http = http

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[Any, int, Mapping[str, str]]:
        try:
            answer = self._http.request(method.upper(), url, form=post_data, headers=headers)
        except Busy:
            raise
        except Unavailable as exc:
            raise stripe.APIConnectionError(exc.message, should_retry=True) from exc  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
        return answer.body, answer.status, CaseInsensitiveDict(answer.headers)

    def close(self) -> None:
        """Nothing to close: every call has its own connection."""
