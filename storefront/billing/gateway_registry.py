"""The payment methods of settings.PAYMENT_GATEWAYS, by name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from storefront.billing.breaker import Guarded
from storefront.billing.review_values import provider
from storefront.gateways.errors import ConfigurationError, GatewayError
from storefront.gateways.payments.base import DeclineReason, Feature, PaymentGateway
from storefront.gateways.payments.words import RefusalClass

logger = logging.getLogger(__name__)


@lru_cache(maxsize=8)
def gateway(name: str) -> Guarded:
    """The adapter of that name behind its breaker, made once per process.

    Raises ConfigurationError if it is unknown or not configured.
    """
    spec = settings.PAYMENT_GATEWAYS.get(name)
    if spec is None:
        raise ConfigurationError(f"no payment method {name!r}")
    values = {argument: getattr(settings, setting) for argument, setting in spec.get("settings", {}).items()}
    return Guarded(gateway_class(name)(**values, **spec.get("options", {})))


def names() -> tuple[str, ...]:
    """The payment methods of this shop, in the order of the settings."""
    return tuple(settings.PAYMENT_GATEWAYS)


def missing(name: str) -> tuple[str, ...]:
    """The variables of the environment that a payment method needs and that are not set."""
    env: tuple[str, ...] = settings.PAYMENT_GATEWAYS.get(name, {}).get("env", ())
    return tuple(variable for variable in env if not getattr(settings, variable, None))


def begun() -> tuple[str, ...]:
    """Those that are meant to be used: some of the variables that they need are set, or they need none."""
    specs = settings.PAYMENT_GATEWAYS
    return tuple(name for name in names() if not specs[name].get("env") or missing(name) != tuple(specs[name]["env"]))


def configured() -> tuple[str, ...]:
    """Those that lack no variable of the environment."""
    return tuple(name for name in names() if not missing(name))


def sum_of_each(act: Callable[[str], int]) -> int:
    """What ``act`` returns for all payment methods that are set up together. One that fails keeps no other from its
    turn: the first GatewayError is raised after all of them."""
    total = 0
    errors: list[GatewayError] = []
    for name in configured():
        try:
            total += act(name)
        except GatewayError as error:
            logger.warning("%s: %s", name, error)
            errors.append(error)
    if errors:
        raise errors[0]
    return total


def verbose_name(name: str) -> str:
    """What staff call a payment method; its short name if it is one no more."""
    return provider(name)


def buyer_name(name: str) -> str:
    """What buyers are told they pay by, in English."""
    return gateway_class(name).buyer_name or company(name)


def company(name: str) -> str:
    """Whose page a method leads to, as buyers know it."""
    return gateway_class(name).company or verbose_name(name)


def decline_reason(name: str, code: str) -> DeclineReason:
    """What a provider's refusal code (``PaymentAttempt.failure_code``) means; DECLINED for one that says nothing."""
    reasons = gateway_class(name).decline_reasons if name in settings.PAYMENT_GATEWAYS else {}
    return reasons.get(code, DeclineReason.DECLINED)


def refusal_class(name: str, code: str) -> RefusalClass:
    """What is done about a provider's refusal of a saved method; an unknown code is LATER, and logged."""
    classes = gateway_class(name).refusal_classes if name in settings.PAYMENT_GATEWAYS else {}
    if code not in classes:
        logger.warning("%s refused a saved method for an unknown reason: %s", name, code)
    return classes.get(code, RefusalClass.LATER)


def features(name: str) -> frozenset[Feature]:
    """What a method's gateway can do, configured or not."""
    return gateway_class(name).supports


def keeps_refund_keys(name: str) -> bool:
    """Whether its provider tells which of our requests a refund came from (``PaymentGateway.keeps_refund_keys``)."""
    return name not in settings.PAYMENT_GATEWAYS or gateway_class(name).keeps_refund_keys


def dashboard_url(name: str, reference: str | None) -> str:
    """The provider's own page about one of its references, for staff; "" where there is none. Asks nobody."""
    try:
        return gateway(name).dashboard_url(reference) if reference else ""
    except ConfigurationError:
        return ""


def expected_account(name: str) -> str:
    """The provider's own name of the account that must receive our money; "" if it is not configured."""
    accounts: dict[str, str] = settings.PAYMENT_ACCOUNTS
    return accounts.get(name, "")


def gateway_class(name: str) -> type[PaymentGateway]:
    """The class of a method's adapter, configured or not."""
    found: type[PaymentGateway] = import_string(settings.PAYMENT_GATEWAYS[name]["class"])
    return found


def _forget(*, setting: str, **kwargs: Any) -> None:
    used = {each for spec in settings.PAYMENT_GATEWAYS.values() for each in spec.get("settings", {}).values()}
    if setting == "PAYMENT_GATEWAYS" or setting in used:
        gateway.cache_clear()


setting_changed.connect(_forget, dispatch_uid="billing.gateway_registry")
