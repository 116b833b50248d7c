"""Vouchers of the demo, as shop.toml lists them; some of its orders use one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from oscar.apps.voucher.models import Voucher

from checkout.vouchers import services
from checkout.vouchers.services import VoucherTerms
from cms.demo.content import read
from storefront.core import clock


def load() -> None:
    """Those that are missing."""
    for voucher in read("shop")["vouchers"]:
        if not Voucher.objects.filter(code=voucher["code"]).exists():
            _make(**voucher)


def _make(
    code: str, name: str, since: int, lasts: int, percent: str = "", amount: str = "", uses: int = 0, **more: Any
) -> None:
    """``since``: days ago that it began; ``lasts``: days from then."""
    starts_at = clock.now() - timedelta(days=since)
    terms = VoucherTerms(
        name=name,
        percent=Decimal(percent) if percent else None,
        amount=Decimal(amount) if amount else None,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=lasts),
        max_uses=uses or None,
        **more,
    )
    services.create(terms=terms, code=code)
