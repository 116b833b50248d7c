"""What a document says, as data: PDF and XML are made from it alone, and its JSON is what is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    ADVANCE_INVOICE = "advance_invoice", _("Advance payment invoice")
    RECEIPT = "receipt", _("Receipt")
    ACT = "act", _("Act")
    CREDIT_NOTE = "credit_note", _("Credit note")
    DEBIT_NOTE = "debit_note", _("Debit note")
    RECONCILIATION = "reconciliation", _("Reconciliation statement")
    CONTRACT = "contract", _("Contract")


class TaxCategory(StrEnum):
    """How a group of lines is taxed: codes of UNCL5305 that EN 16931 knows (BT-118)."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    EXPORT = "G"
    OUT_OF_SCOPE = "O"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Seller or payer as printed. ``address``: its lines without postcode, city and country (ISO 3166-1).

    ``numbers``: registration and tax numbers other than the VAT id, as printed, each with the name its country gives
    it; ``registration_number`` and ``tax_number`` are those of them that an e-invoice names (BT-30, BT-32).
    ``bank``: lines of the bank's details, as printed; ``iban`` and ``bic`` apart where there are some.
    """

    name: str
    address: tuple[str, ...] = ()
    postcode: str = ""
    city: str = ""
    country: str = ""
    vat_id: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    registration_number: str = ""
    tax_number: str = ""
    bank: tuple[str, ...] = ()
    iban: str = ""
    bic: str = ""
    director: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentLine:
    """One line, amounts of the whole line in major units: ``net`` + ``tax`` = ``gross``; ``net_before_discount`` less
    ``discount`` (both without tax) = ``net``. ``unit``: UN/ECE Recommendation 20, C62 is a piece. ``rate`` in percent.
    ``period``: first and last day it is for, where known."""

    position: int
    description: str
    quantity: Decimal
    unit: str = "C62"
    net_before_discount: Decimal
    discount: Decimal = Decimal(0)
    net: Decimal
    tax: Decimal
    gross: Decimal
    rate: Decimal
    category: TaxCategory
    period: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxGroup:
    """All lines of one category and rate. ``reason``: why there is no tax, in words of the document's language;
    ``reason_code``: its VATEX code, "" if none."""

    category: TaxCategory
    rate: Decimal
    net: Decimal
    tax: Decimal
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTax:
    """The tax in the ``currency`` of the seller's tax return (Directive 2006/112/EC, Article 230): one unit of the
    document's is ``rate`` of it, published for the day ``on`` by ``source`` (``billing.models.RateSource``)."""

    currency: str
    tax: Decimal
    rate: Decimal
    on: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry:
    """A document or a payment of the period: what the payer owes more by it (``debit``), or less (``credit``)."""

    on: date
    text: str
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A reconciliation statement, both days included. Balances are what the payer owes the seller, below zero what the
    seller owes the payer: ``opening`` + debits - credits = ``closing``."""

    first: date
    last: date
    opening: Decimal
    entries: tuple[StatementEntry, ...]
    closing: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedAgreement:
    """The agreement of a contract and the evidence of its acceptance. ``blocks``: its text, pairs of ``heading``,
    ``item`` or ``paragraph`` and words. ``text_hash``: SHA-256 of the text that the buyer accepted; ``accepted_by``
    their e-mail, ``address`` the IP address it came from."""

    title: str
    version: str
    text_hash: str
    accepted_at: datetime
    accepted_by: str
    address: str = ""
    blocks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCode:
    """What a bank's app reads from a QR code: the ``text``, and what the code is called in the document's language."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A document. Money in major units of ``currency``; dates are days in the shop's time zone.

    ``languages``: one, or two that stand side by side, the customer's first. ``supplied_on``: the day the rights passed
    or the payment came. ``paid``: what was paid before this document; ``due`` = ``gross`` - ``paid``. ``corrects``:
    number and day of the document that this one corrects, with ``reason``. ``order_number``, ``payment_reference`` and
    ``payment_method`` (``card``, ``transfer``, ``online``, ``account``) are "" where they say nothing. ``notes`` are
    printed beneath the sums, with the ``payment_code`` beside them. ``home_tax``: where tax is declared in another
    currency. ``statement`` and ``agreement``: of a reconciliation statement and a contract alone.
    """

    kind: DocumentKind
    number: str
    issued_on: date
    languages: tuple[str, ...]
    currency: str
    seller: Party
    payer: Party
    lines: tuple[ContentLine, ...]
    tax_groups: tuple[TaxGroup, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    paid: Decimal = Decimal(0)
    due: Decimal = Decimal(0)
    supplied_on: date | None = None
    due_on: date | None = None
    corrects: tuple[str, date] | None = None
    reason: str = ""
    order_number: str = ""
    invoice_number: str = ""
    payment_reference: str = ""
    payment_method: str = ""
    notes: tuple[str, ...] = ()
    payment_code: PaymentCode | None = None
    home_tax: HomeTax | None = None
    statement: Statement | None = None
    agreement: AcceptedAgreement | None = None
