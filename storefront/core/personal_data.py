"""What each room holds about customers, what of it they get, and what becomes of it when they are erased.

A room says so in its ``personal_data.py``, with a ``Room`` that settings.PERSONAL_DATA names. A test looks at every
model: one that points at an account, or at a table named here, or holds an e-mail, a phone or an IP address, must be
among the ``tables`` of a room, or in its ``not_personal`` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from storefront.core import scrubbing
from storefront.core.sentences import Sentence
from storefront.core.signals import rows_written

#: No mail is ever sent there: https://www.rfc-editor.org/rfc/rfc2606#section-2
ERASED_DOMAIN = "erased.invalid"
#: Rows written by one statement.
BATCH = 500


def erased_email(pk: int) -> str:
    """What stands where an e-mail must be, unique for each erased customer."""
    return f"erased-{pk}@{ERASED_DOMAIN}"


def is_nobodys(email: str) -> bool:
    """Whether the address is that of an erased customer."""
    return email.lower().endswith(f"@{ERASED_DOMAIN}")


class NotNow(Exception):
    """What comes before an erasure cannot be done just now, for example because a provider does not answer."""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer. ``emails``: all addresses of the account, in the spelling they are stored in; ``phones`` as typed;
    ``words``: these and every name, company and portal address that their rows hold."""

    pk: int
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Barrier:
    """Why a customer cannot be erased yet, and what to do first. ``is_firm``: not even if they insist."""

    sentence: Sentence
    is_firm: bool = True


Rows = Callable[[Person], Q]
Erase = Callable[[QuerySet[Any], Person], None]
Uploads = Callable[[Any], Iterable[tuple[str, "File[Any]"]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of ``model`` that are about a person.

    ``file``: the export's file that holds them, "" if they are not exported, for the reason ``left_out``. ``hidden``:
    columns that are never exported. ``uploads``: files of a row, each with its path in the export.
    ``erase``: what happens to the rows, None if they are kept as they are; ``kept``: why rows stay, in part or as a
    whole.
    """

    model: type[Model]
    rows: Rows
    file: str = ""
    left_out: str | Promise = ""
    hidden: tuple[str, ...] = ()
    uploads: Uploads | None = None
    erase: Erase | None = None
    kept: str | Promise = ""

    def of(self, person: Person) -> QuerySet[Any]:
        return self.model._default_manager.filter(self.rows(person)).order_by("pk")


def _nothing(*args: Any) -> Iterable[Any]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """``not_personal``: models that look as if they were, by label, with the reason. ``mentions``: columns of text in
    which anybody may have written a customer's e-mail or phone.

    ``words(pk)``: what their rows call them. ``barriers``: what is in the way of an erasure. ``prepare``: asks outside
    companies for what must come first, outside any transaction (raises NotNow). ``hold``: locks that are taken before
    that of the customer. ``wind_up(person, ends_licenses)``: ends what goes on by itself, in the transaction, before
    rows are erased.
    """

    tables: tuple[Table, ...] = ()
    not_personal: Mapping[str, str] = field(default_factory=dict)
    mentions: tuple[tuple[type[Model], tuple[str, ...]], ...] = ()
    words: Callable[[int], Iterable[str]] = _nothing
    barriers: Callable[[Person], Iterable[Barrier]] = _nothing
    prepare: Callable[[Person], object] = _nothing
    hold: Callable[[Person], object] = _nothing
    wind_up: Callable[[Person, bool], object] = _nothing


def rooms() -> list[Room]:
    """All of them, those above before those below: what others point at is erased after these."""
    return [import_string(path) for path in settings.PERSONAL_DATA]


def of(*paths: str) -> Rows:
    """Rows from which one of ``paths`` leads to the account: ``of("order__user")``."""

    def rows(person: Person) -> Q:
        condition = Q()
        for path in paths:
            condition |= Q(**{path: person.pk})
        return condition

    return rows


def by_email(*columns: str) -> Rows:
    """Rows with an address of the account in one of ``columns``."""

    def rows(person: Person) -> Q:
        condition = Q(pk=None)
        for email in person.emails:
            for column in columns:
                condition |= Q(**{f"{column}__iexact": email})
        return condition

    return rows


def delete(rows: QuerySet[Any], person: Person) -> None:
    """The rows go, and what hangs on them."""
    rows.order_by().delete()


def overwrite(**values: Any) -> Erase:
    """Columns get these values; one that is callable is called with the person."""

    def erase(rows: QuerySet[Any], person: Person) -> None:
        new = {name: value(person) if callable(value) else value for name, value in values.items()}
        keys = list(rows.values_list("pk", flat=True))
        for at in range(0, len(keys), BATCH):
            some = rows.model._default_manager.filter(pk__in=keys[at : at + BATCH])
            some.update(**new)
            rows_written.send(sender=rows.model, rows=some)

    return erase


def scrub(*columns: str) -> Erase:
    """What names the person, and every e-mail, is taken out of these columns; the rest of the text stays."""

    def erase(rows: QuerySet[Any], person: Person) -> None:
        scrubbing.scrub_rows(rows, columns, person.words, any_email=True)

    return erase


def announce(rows: QuerySet[Any], person: Person) -> None:
    """The rows stay as they are, but what is found of them does not: the account is erased by now."""
    rows_written.send(sender=rows.model, rows=rows)


def both(*steps: Erase) -> Erase:
    """One after the other."""

    def erase(rows: QuerySet[Any], person: Person) -> None:
        keys: Sequence[Any] = list(rows.values_list("pk", flat=True))
        for step in steps:
            step(rows.model._default_manager.filter(pk__in=keys).order_by("pk"), person)

    return erase
