"""Mails about a payment under way, part of ``mails``: what they take is said there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from storefront.notifications.writing import of_order, write


def payment_awaited(
    *, to: str, language: str, key: str, name: str, order_number: str, invoice_number: str, total: Decimal,
    currency: str, method: str, details: Sequence[Mapping[str, str]], pay_until: datetime | None, voucher_url: str,
    pay_url: str,
) -> None:  # fmt: skip
    """The buyer pays elsewhere, by ``method``: ``details`` are label and value, in the reader's language, and
    ``pay_until`` None where nothing lapses. ``voucher_url`` is the provider's page, ``pay_url`` leads to other ways."""
    write(
        "payment_awaited", to=to, language=language, key=key, name=name, currency=currency,
        group=of_order(order_number), order_number=order_number, invoice_number=invoice_number, total=total,
        method=method, details=details, pay_until=pay_until, voucher_url=voucher_url, pay_url=pay_url,
    )  # fmt: skip


def payment_failed(
    *, to: str, language: str, key: str, name: str, order_number: str, lines: Sequence[object], total: Decimal,
    currency: str, reason: str, pay_url: str, void_on: datetime,
) -> None:  # fmt: skip
    """Money that was promised (a voucher, a debit) did not come: ``reason`` in the reader's language."""
    write(
        "payment_failed", to=to, language=language, key=key, name=name, currency=currency,
        group=of_order(order_number), order_number=order_number, lines=lines, total=total, reason=reason,
        pay_url=pay_url, void_on=void_on,
    )  # fmt: skip
