"""Where searchable values come from: columns of models, and whose they are.

A customer is found by everything they ever typed at a checkout, a license by every address its portal has had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db import models
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher

from checkout.models import PurchaseDetails
from storefront.backoffice.messages import private
from storefront.backoffice.models.search import Kind
from storefront.backoffice.search import words
from storefront.backoffice.search.words import Style, Value
from storefront.billing.models import Dispute, Invoice, Payment, PaymentAttempt, Refund
from storefront.licensing.models import Activation, Installation, InstallationHost, License, LicenseEvent
from storefront.notifications.models import OutboxMessage
from storefront.notifications.subjects import subject
from storefront.support.models import Conversation
from storefront.users.models import User

EVERY = models.Q()
#: Of the outbox, what goes to an address.
IS_MAIL = ~models.Q(recipient="")

Reader = Callable[[Any], Iterable[Value]]


@dataclass(frozen=True)
class Source:
    """Columns of a model whose values make an object of ``kind`` findable.

    ``owner``: the way from the model to that object's pk; a way through several rows may lead to several objects.
    ``columns``: how each is read. ``where``: rows that count. ``is_frozen``: values never change once written.
    ``also_on``: further columns that decide which rows of other sources belong to the object.
    """

    model: type[models.Model]
    kind: Kind
    owner: str
    columns: dict[str, Reader]
    where: models.Q = EVERY
    is_frozen: bool = False
    also_on: tuple[str, ...] = ()

    def is_touched(self, update_fields: frozenset[str] | None) -> bool:
        """Whether ``save(update_fields=...)`` may have changed a value."""
        watched = {name.partition("__")[0].removesuffix("_id") for name in (*self.columns, *self.also_on)}
        saved = None if update_fields is None else {name.removesuffix("_id") for name in update_fields}
        return not self.is_frozen and (saved is None or bool(watched & saved))

    def is_reverse(self) -> bool:
        """Whether nothing belongs to a row that was just created."""
        first = self.owner.partition("__")[0]
        return first in {relation.name for relation in self.model._meta.related_objects}

    def values_of(self, instance: models.Model) -> dict[int, list[Value]]:
        """Owner -> values, of one instance; without a query where it holds all of them."""
        if self.where or any("__" in name for name in (self.owner, *self.columns)):
            return self.values(row=instance.pk)
        owner = getattr(instance, self.owner)
        cells = [(read, getattr(instance, name)) for name, read in self.columns.items()]
        return {owner: [value for read, cell in cells if cell for value in read(cell)]} if owner else {}

    def owners_of(self, instance: models.Model) -> set[int]:
        if self.owner == "pk":
            return {instance.pk}
        return self.owners_among(self.model._default_manager.filter(pk=instance.pk))

    def owners_among(self, rows: models.QuerySet[Any]) -> set[int]:
        return set(rows.exclude(**{self.owner: None}).order_by().values_list(self.owner, flat=True))

    def values(self, ids: Sequence[int] | None = None, *, row: int | None = None) -> dict[int, list[Value]]:
        """Owner -> values: of the owners named, or of one row of the model."""
        rows = self.model._default_manager.filter(self.where).exclude(**{self.owner: None}).order_by("pk")
        rows = rows.filter(pk=row) if row is not None else rows.filter(**{f"{self.owner}__in": ids})
        found: dict[int, list[Value]] = defaultdict(list)
        for owner, *cells in rows.values_list(self.owner, *self.columns):
            for read, cell in zip(self.columns.values(), cells, strict=True):
                found[owner].extend(read(cell) if cell else ())
        return found


def part(cell: str) -> Iterable[Value]:
    yield Value(Style.PARTS, cell)


def reference(cell: str) -> Iterable[Value]:
    yield Value(Style.REFERENCE, cell)


def phone(cell: str) -> Iterable[Value]:
    yield Value(Style.PARTS, words.phone(cell))


def host(cell: str) -> Iterable[Value]:
    """An address as it is sent, and as people read it: ``xn--e1afmkfd.xn--p1ai`` is also ``пример.рф``."""
    yield Value(Style.PARTS, cell)
    if "xn--" in cell:
        try:
            yield Value(Style.PARTS, cell.encode("ascii").decode("idna"))
        except UnicodeError:
            return


def email(cell: str) -> Iterable[Value]:
    name, _at, domain = cell.rpartition("@")
    yield from (Value(Style.PARTS, f"{name}@{each.text}") for each in host(domain))


def event(detail: dict[str, Any]) -> Iterable[Value]:
    """Portal addresses in the detail of a license's event."""
    for name in ("host", "claimed", "old", "new"):
        if detail.get(name):
            yield from host(str(detail[name]))


def payer(cells: dict[str, str]) -> Iterable[Value]:
    yield from (Value(Style.PARTS, cells[name]) for name in ("name", "company") if cells.get(name))


def beginnings(cell: str) -> Iterable[Value]:
    yield Value(Style.STARTS, cell)


def stored_subject(payload: dict[str, Any]) -> Iterable[Value]:
    """The subject of a mail that is still to be sent; some messages have their texts made when they are."""
    if payload.get("context") is not None and payload.get("template"):
        yield Value(Style.STARTS, subject(payload))


PERSON: dict[str, Reader] = {"name": part, "company": part, "phone": phone, "email": email}

SOURCES = (
    Source(User, Kind.CUSTOMER, "pk", PERSON),
    Source(EmailAddress, Kind.CUSTOMER, "user_id", {"email": email}),
    Source(PurchaseDetails, Kind.CUSTOMER, "order__user_id", PERSON),
    Source(Order, Kind.ORDER, "pk", {"number": part}, is_frozen=True),
    Source(PurchaseDetails, Kind.ORDER, "order_id", {"portal_address": host}),
    Source(Invoice, Kind.INVOICE, "pk", {"number": part}, is_frozen=True),
    Source(Invoice, Kind.INVOICE, "pk", {"payer": payer}, where=models.Q(customer__erased_at=None), is_frozen=True),
    Source(
        PaymentAttempt, Kind.ATTEMPT, "pk",
        {"public_id": reference, "provider_reference": reference, "charge_reference": reference},
    ),
    Source(Payment, Kind.ATTEMPT, "attempt_id", {"reference": reference}),
    Source(Dispute, Kind.ATTEMPT, "payment__attempt_id", {"reference": reference}),
    Source(Payment, Kind.PAYMENT, "pk", {"reference": reference}, where=models.Q(attempt=None)),
    Source(Refund, Kind.REFUND, "pk", {"reference": reference}),
    Source(License, Kind.LICENSE, "pk", {"number": part, "portal_address": host}),
    Source(LicenseEvent, Kind.LICENSE, "license_id", {"detail": event}, is_frozen=True),
    Source(Activation, Kind.LICENSE, "license_id", {"installation__host": host}),
    Source(Installation, Kind.LICENSE, "activations__license_id", {"host": host}),
    Source(InstallationHost, Kind.LICENSE, "installation__activations__license_id", {"host": host}),
    Source(Activation, Kind.LICENSE, "license_id", {"installation__hosts__host": host}),
    Source(OutboxMessage, Kind.MAIL, "pk", {"recipient": beginnings}, where=IS_MAIL, is_frozen=True),
    Source(
        OutboxMessage, Kind.MAIL, "pk", {"subject": beginnings, "payload": stored_subject},
        where=IS_MAIL & ~private.ABOUT_TICKETS, is_frozen=True,
    ),
    Source(Voucher, Kind.VOUCHER, "pk", {"code": part, "name": part}),
    Source(
        Conversation, Kind.CONVERSATION, "pk", {"number": part, "subject": part, "name": part, "email": email},
        also_on=("customer_id",),
    ),
    Source(User, Kind.CONVERSATION, "conversations__pk", {"name": part, "email": email}),
)  # fmt: skip


def of_kind(kind: Kind) -> list[Source]:
    return [source for source in SOURCES if source.kind == kind]


def objects(kind: Kind) -> models.QuerySet[Any]:
    """What is found as this kind: the rows of its first source."""
    first = of_kind(kind)[0]
    return first.model._default_manager.filter(first.where)


def texts(kind: Kind, ids: Sequence[int]) -> dict[int, str]:
    """The documents of objects as they should be, without those that have nothing to find."""
    lines: dict[int, dict[str, None]] = defaultdict(dict)
    found = [source.values(ids) for source in of_kind(kind)]
    for values_of in found:
        for owner, values in values_of.items():
            lines[owner].update(dict.fromkeys(value.line() for value in values))
    existing = found[0]  # the rows of the first source are the objects themselves, with values or without
    return {owner: text for owner in existing if (text := "\n".join(line for line in lines[owner] if line))}
