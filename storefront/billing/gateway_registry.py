"""The configured payment providers, by name."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

from storefront.billing.breaker import Guarded
from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.base import DeclineReason, PaymentGateway


def _stripe() -> PaymentGateway:
    from storefront.gateways.payments.stripe import Gateway

    connect, read = settings.STRIPE_TIMEOUTS
    return Gateway(
        api_key=settings.STRIPE_API_KEY,
        webhook_secrets=settings.STRIPE_WEBHOOK_SECRETS,
        api_base=settings.STRIPE_API_BASE,
        connect_timeout=connect,
        read_timeout=read,
        max_network_retries=0,  # nobody waits for a second try; poller and buyer make it, under the same key
    )


_MAKERS = {"stripe": _stripe}
_SETTINGS = frozenset({"STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS", "STRIPE_API_BASE", "STRIPE_TIMEOUTS"})


@lru_cache(maxsize=8)
def gateway(name: str) -> Guarded:
    """The adapter of that name behind its breaker, made once per process.

    Raises ConfigurationError if it is unknown or not configured.
    """
    try:
        make = _MAKERS[name]
    except KeyError:
        raise ConfigurationError(f"no payment provider {name!r}") from None
    return Guarded(make())


def names() -> tuple[str, ...]:
    """The providers this shop can use, for jobs that ask each of them."""
    return tuple(_MAKERS)


def decline_reason(name: str, code: str) -> DeclineReason:
    """What a provider's refusal code (``Payment.failure_code``) means; DECLINED for one that says nothing."""
    from storefront.gateways.payments.stripe.declines import DECLINES

    return {"stripe": DECLINES}.get(name, {}).get(code, DeclineReason.DECLINED)


def expected_account(name: str) -> str:
    """The provider's own name of the account that must receive our money; "" if it is not configured."""
    accounts: dict[str, str] = settings.PAYMENT_ACCOUNTS
    return accounts.get(name, "")


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in _SETTINGS:
        gateway.cache_clear()


setting_changed.connect(_forget, dispatch_uid="billing.gateway_registry")
