"""Opening a charge: one token of SetExpressCheckout for one idempotency key.

https://developer.paypal.com/api/nvp-soap/set-express-checkout-nvp/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from paypal.express import gateway as package

from storefront.gateways.errors import Declined, GatewayError, Unavailable
from storefront.gateways.payments.base import LineItem, StartedPayment, StartRequest
from storefront.gateways.payments.paypal_nvp.addresses import Addresses
from storefront.gateways.payments.paypal_nvp.limits import LIMITS
from storefront.gateways.payments.paypal_nvp.models import NvpCharge, invoice_number
from storefront.gateways.payments.paypal_nvp.post import Connection, asked

#: A token is good for three hours; five minutes less, for clocks that differ.
TOKEN_LIFETIME = timedelta(hours=2, minutes=55)
#: Longer than one call may take: after that the process that asked for a token is gone.
_LEASE = timedelta(seconds=60)
#: https://developer.paypal.com/api/nvp-soap/locale-codes/: the package knows eight countries of them.
_LOCALES = {
    "en": "en_US", "en-gb": "en_GB", "ru": "ru_RU", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "it": "it_IT",
    "nl": "nl_NL", "pl": "pl_PL", "pt": "pt_PT", "pt-br": "pt_BR", "da": "da_DK", "sv": "sv_SE", "nb": "no_NO",
    "tr": "tr_TR", "ja": "ja_JP", "th": "th_TH", "id": "id_ID", "he": "he_IL", "zh-hans": "zh_CN", "zh-hant": "zh_TW",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Product:
    """What the package reads of a product."""

    title: str
    upc: str = ""
    description: str = ""
    is_shipping_required: bool = False

    def get_title(self) -> str:
        return self.title


@dataclass(frozen=True, slots=True)
class Line:
    product: Product
    unit_price_incl_tax: Decimal
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Basket:
    """What the package reads of a basket: our lines hold final amounts, so it has no discounts of its own."""

    total_incl_tax: Decimal
    lines: tuple[Line, ...]
    offer_discounts: tuple[object, ...] = ()
    voucher_discounts: tuple[object, ...] = ()
    shipping_discounts: tuple[object, ...] = ()

    def all_lines(self) -> tuple[Line, ...]:
        return self.lines


def open_charge(
    connection: Connection, addresses: Addresses, request: StartRequest, *, notify_url: str, now: datetime
) -> StartedPayment:
    """See ``PaymentGateway.start``. A token whose answer was lost is known to nobody and moves no money: the next call
    asks for another one. Raises Unavailable (code ``idempotency_key_in_use``) while another process asks."""
    _check(request)
    charge = _claimed(request, now)
    if charge.token is None:
        charge = _opened(connection, charge, request, notify_url, now)
    assert charge.token is not None and charge.opened_at is not None  # noqa: S101  (told to the type checker)
    return StartedPayment(charge.token, addresses.pay_page(charge.token), charge.opened_at + TOKEN_LIFETIME)


def _check(request: StartRequest) -> None:
    if problem := LIMITS.problem(request.amount, request.currency):
        raise Declined(f"{request.amount} {request.currency} cannot be charged", code=f"amount_{problem.code}")
    if request.lines and sum(line.amount for line in request.lines) != request.amount:
        raise Declined("the lines do not add up to the amount", code="invalid_amount")


def _claimed(request: StartRequest, now: datetime) -> NvpCharge:
    """The charge of this key: with its token, or ours to open."""
    asked_for = {"our_reference": request.our_reference, "amount": request.amount, "currency": request.currency}
    with transaction.atomic():
        charge, is_new = NvpCharge.objects.get_or_create(
            idempotency_key=request.idempotency_key, defaults={**asked_for, "asked_at": now, "created_at": now}
        )
    if any(getattr(charge, name) != value for name, value in asked_for.items()):
        raise Declined("this key was used for another amount", code="idempotency_error", is_curable=True)
    if is_new or charge.token:
        return charge
    free = Q(asked_at=None) | Q(asked_at__lt=now - _LEASE)
    if not NvpCharge.objects.filter(free, pk=charge.pk, token=None).update(asked_at=now):
        charge.refresh_from_db()
        if charge.token is None:
            raise Unavailable("a token is being asked for", code="idempotency_key_in_use")
    return charge


def _opened(
    connection: Connection, charge: NvpCharge, request: StartRequest, notify_url: str, now: datetime
) -> NvpCharge:
    try:
        reply, _url = asked(
            connection, lambda: _set(request, notify_url), LOCALECODE=locale(request.language), SOLUTIONTYPE="Sole"
        )
    except GatewayError:
        NvpCharge.objects.filter(pk=charge.pk, token=None).update(asked_at=None)
        raise
    NvpCharge.objects.filter(pk=charge.pk, token=None).update(token=reply["TOKEN"], opened_at=now)
    charge.refresh_from_db()
    return charge


def _set(request: StartRequest, notify_url: str) -> str:
    """The package's SetExpressCheckout; ``INVNUM`` and ``CUSTOM`` come back with the payment and its messages."""
    params: dict[str, object] = {
        "PAYMENTREQUEST_0_INVNUM": invoice_number(request.our_reference, request.idempotency_key),
        "PAYMENTREQUEST_0_CUSTOM": request.our_reference,
        "PAYMENTREQUEST_0_DESC": request.description[: LIMITS.longest_description],
        "PAYMENTREQUEST_0_NOTIFYURL": notify_url,
        "ALLOWNOTE": False,
        "CALLBACKTIMEOUT": None,  # of prices for shipping
    }
    if LIMITS.takes_email(request.customer_email):
        params["EMAIL"] = request.customer_email
    lines = tuple(Line(Product(line.description[: LIMITS.longest_line_name]), line.amount) for line in _shown(request))
    url: str = package.set_txn(
        basket=Basket(request.amount, lines),
        shipping_methods=(),
        currency=request.currency,
        return_url=request.return_url,
        cancel_url=request.cancel_url,
        no_shipping=True,
        paypal_params={name: value for name, value in params.items() if value != ""},
    )
    return url


def _shown(request: StartRequest) -> Sequence[LineItem]:
    """The lines as they are if PayPal can show them, else the total alone."""
    if 0 < len(request.lines) <= LIMITS.most_lines and all(line.amount >= 0 for line in request.lines):
        return request.lines
    return [LineItem(description=request.description, amount=request.amount)]


def locale(language: str) -> str:
    """PayPal's name for a language tag; English where it has none."""
    tag = language.lower().replace("_", "-")
    return _LOCALES.get(tag) or _LOCALES.get(tag.partition("-")[0]) or "en_US"
