"""The sales of a month as CommerceML 2, which 1C imports as documents of a shop.

https://v8.1c.ru/tekhnologii/obmen-dannymi-i-integratsiya/standarty-i-formaty/standart-commerceml/

A sale is a document 'Отпуск товара', what was given back 'Возврат товара', each on the day it was booked and with the
lines of its invoice as far as they were sold or taken back. It holds no payments: those come to 1C by the bank's
statement. The names of elements and values are the format's.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import groupby
from typing import IO, Any
from xml.sax.saxutils import XMLGenerator

from django.utils import timezone

from storefront.billing.reports import bookings
from storefront.billing.reports.bookings import Booking
from storefront.billing.reports.income import Kind
from storefront.core import clock, money
from storefront.core.spans import Span

NAMESPACE = "urn:1C.ru:commerceml_2"
VERSION = "2.08"
_SOLD, _TAKEN_BACK = "Отпуск товара", "Возврат товара"
#: XML has no other control characters: https://www.w3.org/TR/xml/#charsets
_ILLEGAL = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def write(span: Span, file: IO[bytes], *, currency: str = "") -> None:
    """Write all sales of ``span``, one after the other."""
    xml = XMLGenerator(file, encoding="UTF-8", short_empty_elements=True)  # type: ignore[arg-type]
    xml.startDocument()
    made_at = f"{timezone.localtime(clock.now()):%Y-%m-%dT%H:%M:%S}"
    attributes = {"xmlns": NAMESPACE, "ВерсияСхемы": VERSION, "ДатаФормирования": made_at}
    xml.startElement("КоммерческаяИнформация", attributes)  # type: ignore[arg-type]
    found = bookings.read(bookings.rows(span, currency=currency))
    for _key, group in groupby(found, key=lambda booking: booking.key):
        _document(xml, list(group))
    xml.endElement("КоммерческаяИнформация")
    xml.endDocument()


def total(lines: list[Booking]) -> Decimal:
    """What the document is about, above zero."""
    return abs(sum((line.amount for line in lines), Decimal(0)))


def _document(xml: XMLGenerator, lines: list[Booking]) -> None:
    first = lines[0]
    at = timezone.localtime(first.at, timezone.get_default_timezone())
    is_sale = sum((line.amount for line in lines), Decimal(0)) > 0
    fields: list[tuple[str, Any]] = [
        ("Ид", first.key),
        ("Номер", first.invoice or first.key),
        ("Дата", f"{at:%Y-%m-%d}"),
        ("Время", f"{at:%H:%M:%S}"),
        ("ХозОперация", _SOLD if is_sale else _TAKEN_BACK),
        ("Роль", "Продавец"),
        ("Валюта", first.currency),
        ("Курс", "1"),
        ("Сумма", _figure(total(lines), first.currency)),
    ]
    xml.startElement("Документ", {})  # type: ignore[arg-type]
    _simple(xml, fields)
    _within(xml, "Контрагенты", lambda: _party(xml, first))
    _within(xml, "Налоги", lambda: _tax(xml, lines))
    _within(xml, "Товары", lambda: _goods(xml, lines))
    if first.kind == Kind.LOST:
        _simple(xml, [("Комментарий", "Спор по платежу")])
    xml.endElement("Документ")


def _party(xml: XMLGenerator, first: Booking) -> None:
    payer = first.payer
    name = str(payer.get("company") or payer.get("name") or "")
    fields = [
        ("Ид", str(first.customer or "")),
        ("Наименование", name),
        ("ПолноеНаименование", name),
        ("ИНН", str(payer.get("tax_number") or "")),
        ("КПП", str(payer.get("branch_code") or "")),
        ("Роль", "Покупатель"),
    ]
    _within(xml, "Контрагент", lambda: _simple(xml, [field for field in fields if field[1]]))


def _tax(xml: XMLGenerator, lines: list[Booking]) -> None:
    tax = abs(sum((line.tax for line in lines), Decimal(0)))
    fields = [("Наименование", "НДС"), ("УчтеноВСумме", "true"), ("Сумма", _figure(tax, lines[0].currency))]
    _within(xml, "Налог", lambda: _simple(xml, fields))


def _goods(xml: XMLGenerator, lines: list[Booking]) -> None:
    for number, line in enumerate(lines, start=1):
        amount = _figure(abs(line.amount), line.currency)
        xml.startElement("Товар", {})  # type: ignore[arg-type]
        _simple(xml, [("Ид", f"{line.key}-{number}"), ("Наименование", line.description or line.invoice or line.key)])
        xml.startElement("БазоваяЕдиница", {"Код": "796", "НаименованиеПолное": "Штука"})  # type: ignore[arg-type]
        xml.characters("шт")
        xml.endElement("БазоваяЕдиница")
        _simple(xml, [("ЦенаЗаЕдиницу", amount), ("Количество", "1"), ("Сумма", amount)])
        rate = "Без НДС" if not line.rate else f"{line.rate.normalize():f}"
        fields = [("Наименование", "НДС"), ("Ставка", rate)]
        _within(xml, "СтавкиНалогов", lambda fields=fields: _within(  # type: ignore[misc]
            xml, "СтавкаНалога", lambda: _simple(xml, fields)
        ))  # fmt: skip
        xml.endElement("Товар")


def _within(xml: XMLGenerator, name: str, inside: Callable[[], None]) -> None:
    xml.startElement(name, {})  # type: ignore[arg-type]
    inside()
    xml.endElement(name)


def _simple(xml: XMLGenerator, fields: list[tuple[str, Any]]) -> None:
    for name, value in fields:
        xml.startElement(name, {})  # type: ignore[arg-type]
        xml.characters(str(value).translate(_ILLEGAL))
        xml.endElement(name)


def _figure(amount: Decimal, currency: str) -> str:
    return f"{money.quantize(amount, currency):f}"
