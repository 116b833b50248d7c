"""The kinds of things that can be found: who may see them, and what a hit shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from storefront.backoffice.messages import private, words
from storefront.backoffice.models.search import Kind
from storefront.backoffice.rights import has_any
from storefront.core import money
from storefront.notifications.subjects import subject


@dataclass(frozen=True)
class Appearance:
    """``permissions``: one of them is needed. ``related`` is read with the objects. ``title`` and ``details``: the two
    lines of a hit; empty details are left out."""

    permissions: tuple[str, ...]
    icon: str
    related: tuple[str, ...]
    title: Callable[[Any], str]
    details: Callable[[Any], Iterable[Any]]


def _mail(message: Any) -> str:
    if private.is_about_a_ticket(message):  # not all who find mails may read tickets
        return words.what(message)
    written = message.subject or (subject(message.payload) if message.kind == "mail" else "")
    return str(written or message.template)


def _day(moment: Any) -> str:
    return date_format(localtime(moment), "SHORT_DATE_FORMAT")


APPEARANCES = {
    Kind.CUSTOMER: Appearance(
        ("users.view_user",), "user", (), lambda user: user.name or user.email,
        lambda user: (user.email, user.company, user.phone),
    ),
    Kind.ORDER: Appearance(
        ("order.view_order",), "list-ul", ("user", "purchase_details"), lambda order: order.number,
        lambda order: (
            _day(order.date_placed), money.display(order.total_incl_tax, order.currency),
            order.user.email if order.user else "", _portal(order),
        ),
    ),
    Kind.INVOICE: Appearance(
        ("billing.view_invoice",), "doc-full", ("customer",), lambda invoice: invoice.number,
        lambda invoice: (
            _day(invoice.issued_at), money.display(invoice.amount, invoice.currency), invoice.get_status_display(),
            *(
                (invoice.customer.get_full_name(),)
                if invoice.customer.erased_at
                else (invoice.payer.get("company") or invoice.payer.get("name"), invoice.customer.email)
            ),
        ),
    ),
    Kind.ATTEMPT: Appearance(
        ("billing.view_paymentattempt", "billing.view_payment"), "key", ("invoice__customer",),
        lambda attempt: attempt.provider_reference or attempt.idempotency_key,
        lambda attempt: (
            _day(attempt.created_at), money.display(attempt.amount, attempt.currency), attempt.get_status_display(),
            attempt.invoice.number, attempt.invoice.customer.email,
        ),
    ),
    Kind.PAYMENT: Appearance(
        ("billing.view_payment",), "key", ("customer",), str,
        lambda payment: (
            _day(payment.received_at), money.display(payment.amount, payment.currency), payment.customer.email,
        ),
    ),
    Kind.REFUND: Appearance(
        ("billing.view_refund",), "rotate", ("payment__customer",),
        lambda refund: refund.reference or refund.idempotency_key,
        lambda refund: (
            _day(refund.created_at), money.display(refund.amount, refund.payment.currency),
            refund.get_status_display(), refund.payment.customer.email,
        ),
    ),
    Kind.LICENSE: Appearance(
        ("licensing.view_license",), "key", ("customer",), lambda license: license.number,
        lambda license: (
            f"{license.product_title}, {license.plan_name}", license.get_status_display(), license.portal_address,
            license.customer.email,
        ),
    ),
    Kind.MAIL: Appearance(
        ("notifications.view_outboxmessage",), "mail", (), _mail,
        lambda message: (_day(message.created_at), message.recipient, message.get_status_display()),
    ),
    Kind.VOUCHER: Appearance(
        ("voucher.view_voucher",), "tag", (), lambda voucher: voucher.code, lambda voucher: (voucher.name,),
    ),
    Kind.CONVERSATION: Appearance(
        ("support.view_conversation",), "comment", ("customer",),
        lambda conversation: conversation.subject or conversation.person,
        lambda conversation: (
            _day(conversation.last_message_at), conversation.get_kind_display(), conversation.get_status_display(),
            conversation.person, conversation.address,
        ),
    ),
}  # fmt: skip


def visible(user: Any) -> list[Kind]:
    """The kinds that a user may see."""
    return [kind for kind, appearance in APPEARANCES.items() if has_any(user, appearance.permissions)]


def _portal(order: Any) -> str:
    return str(order.purchase_details.portal_address) if hasattr(order, "purchase_details") else ""
