"""One Stripe account: its key, its webhook secrets, and the SDK that talks to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from storefront.gateways.errors import ConfigurationError
from storefront.gateways.http import HttpClient
from storefront.gateways.payments.base import PaymentGateway

if TYPE_CHECKING:
    import stripe

#: bytes; a page of a hundred sessions with their charges is about one megabyte
LARGEST_ANSWER = 8 * 1024 * 1024


class Account(PaymentGateway):
    """What every call needs. One call makes at most 1 + ``max_network_retries`` attempts, half a second apart, each
    bounded by the sum of the two timeouts (seconds); a retry carries the same idempotency key, so it repeats nothing.

    Args:
        api_key: secret or restricted key; its prefix says whether money is real.
        webhook_secrets: every ``whsec_...`` valid at the moment; two while one is being rolled.
        api_base: no trailing slash; another address only for test keys.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if a key is missing or of no known mode, or real money would travel unencrypted.
    """

    def __init__(
        self,
        *,
        api_key: str,
        webhook_secrets: Sequence[str],
        api_base: str = "https://api.stripe.com",
        timeouts: tuple[float, float] = (3.0, 10.0),
        max_network_retries: int = 1,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        mode = api_key.split("_")[1:2]
        if not api_key.startswith(("sk_", "rk_")) or mode not in (["live"], ["test"]):
            raise ConfigurationError("Stripe's API key is missing or has no known prefix (sk_test_, rk_live_, ...)")
        self.is_live = mode == ["live"]
        if self.is_live and not api_base.startswith("https://"):
            raise ConfigurationError("a live Stripe key is only ever sent over https")
        self._secrets = tuple(secret for secret in webhook_secrets if secret.strip())
        if isinstance(webhook_secrets, str) or not self._secrets:
            raise ConfigurationError("Stripe's webhook secrets are missing")
        self._api_key = api_key
        self._api_base = api_base.rstrip("/")
        self._timeouts = timeouts
        self._retries = max_network_retries
        self._clock = clock
        # An account may use a domain of its own for Checkout: https://docs.stripe.com/payments/checkout/custom-domains
        base = urlsplit(api_base)
        self.redirect_origins = ("https:",) if base.scheme == "https" else (f"{base.scheme}://{base.netloc}",)

    @cached_property
    def _client(self) -> stripe.StripeClient:
        """Made on first use: importing the SDK takes longer than any page should."""
        import stripe

        from storefront.gateways.payments.stripe.transport import Transport

        connect_timeout, read_timeout = self._timeouts
        http = HttpClient(
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            total_timeout=connect_timeout + read_timeout,
            max_body=LARGEST_ANSWER,
            allow_loopback=not self.is_live,
        )
        stripe.enable_telemetry = False
        return stripe.StripeClient(
            self._api_key,
            base_addresses={"api": self._api_base},
            http_client=Transport(http),
            max_network_retries=self._retries,
        )
