"""Which basket is the visitor's: by account, by cookie, or none yet; and what log-in and log-out do to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket, Line, LineAttribute
from oscar.apps.voucher.models import Voucher

from checkout.cart.cart import EXTENDS
from checkout.cart.errors import CartOrdered
from checkout.reminders import services as reminders
from storefront.core import clock
from storefront.core.prepared import PreparedQuery
from storefront.licensing.models import License
from storefront.users.models import User

_ANONYMOUS = PreparedQuery(lambda pk: Basket.open.filter(pk=pk, owner=None).values_list("pk"), "pk")
_OWN = PreparedQuery(lambda owner: Basket.open.filter(owner=owner).order_by("pk").values_list("pk"), "owner")


def cookie_basket_id(request: HttpRequest) -> int | None:
    """The number in the visitor's cart cookie, if we signed it."""
    signed = request.COOKIES.get(settings.OSCAR_BASKET_COOKIE_OPEN)  # type: ignore[misc]
    try:
        return int(Signer().unsign(signed)) if signed else None
    except (BadSignature, ValueError):
        return None


def cookie_basket(request: HttpRequest) -> Basket | None:
    """The anonymous open basket of the visitor's cookie."""
    pk = cookie_basket_id(request)
    rows = _ANONYMOUS.rows(pk=pk) if pk else []
    return _known(pk, None) if rows else None


def owned_basket(user: User, from_cookie: Basket | None) -> tuple[Basket, bool]:
    """The one open basket of a customer and whether lines of ``from_cookie`` were put to others in it.

    Unsaved if he has none: looking at pages writes nothing.
    """
    own = [row[0] for row in _OWN.rows(owner=user.pk)]
    if from_cookie is None and len(own) <= 1:
        return (_known(own[0], user.pk) if own else Basket(owner=user)), False
    return _merge(user, own if from_cookie is None else [*own, from_cookie.pk])


def _known(pk: int | None, owner_id: int | None) -> Basket:
    """An open basket whose other columns are read only if somebody asks for them."""
    return Basket.from_db(DEFAULT_DB_ALIAS, ["id", "owner_id", "status"], [pk, owner_id, Basket.OPEN])


@contextmanager
def locked(basket: Basket) -> Iterator[Basket]:
    """Change ``basket`` alone: its row is locked until the block ends, so no order is placed from it meanwhile.

    An unsaved basket is saved. Raises CartOrdered if it was ordered in the meantime.
    """
    with transaction.atomic():
        if basket.pk is None:
            basket.save()
        elif not Basket.open.select_for_update().filter(pk=basket.pk).exists():
            raise CartOrdered(_("This cart has been ordered already. What you add now starts a new one."))
        yield basket


def _merge(user: User, ids: list[int]) -> tuple[Basket, bool]:
    """Make one basket of several, under their locks: same line and extension keeps the larger quantity.

    A parallel request of the same visitor finds the work done.
    """
    with transaction.atomic():
        rows = list(Basket.open.select_for_update().filter(pk__in=ids).order_by("pk"))
        rows = [row for row in rows if row.owner_id in (None, user.pk)]
        if not rows:
            return Basket(owner=user), False
        rows.sort(key=lambda row: (row.owner_id is None, row.pk))
        target, others = rows[0], rows[1:]
        if target.owner_id is None:
            target.owner = user
            target.save(update_fields=["owner"])
        had_lines = target.lines.exists()
        has_merged = False
        for source in others:
            has_merged |= _move_lines(source, target) > 0
        _drop_foreign_extensions(target, user)
        reminders.follow(basket_ids=[row.pk for row in rows], target=target, customer=user)
    target.owner = user
    return target, had_lines and has_merged


def join(source: Basket, target: Basket) -> None:
    """Empty one visitor's cart into another of theirs, under the locks of both; nothing if one is in use elsewhere."""
    with transaction.atomic():
        rows = Basket.open.select_for_update().filter(pk__in=[source.pk, target.pk], owner=None).order_by("pk")
        if len(rows) == 2:
            _move_lines(source, target)


def _move_lines(source: Basket, target: Basket) -> int:
    """Empty ``source`` into ``target``; returns how many lines it had."""
    present = {line.line_reference: line for line in target.lines.all()}
    licenses = set(_extensions(target).values_list("value", flat=True))
    lines = list(source.lines.prefetch_related("attributes__option"))
    for line in lines:
        twin = present.get(line.line_reference)
        if twin is not None:
            Line.objects.filter(pk=twin.pk).update(quantity=max(twin.quantity, line.quantity))
        elif not licenses.intersection(a.value for a in line.attributes.all() if a.option.code == EXTENDS):
            Line.objects.filter(pk=line.pk).update(basket=target)
    if not target.vouchers.exists():
        target.vouchers.set(source.vouchers.all())
    source.vouchers.clear()
    Basket.objects.filter(pk=source.pk).update(status=Basket.MERGED, date_merged=clock.now())
    return len(lines)


def _extensions(basket: Basket) -> QuerySet[LineAttribute]:
    return LineAttribute.objects.filter(line__basket=basket, option__code=EXTENDS)


def _drop_foreign_extensions(basket: Basket, user: User) -> None:
    """A line may come from a link that was opened before the log-in: it stays only if the license is his."""
    values = dict(_extensions(basket).values_list("line_id", "value"))
    if not values:
        return
    own = set(License.objects.filter(customer=user, public_id__in=values.values()).values_list("public_id", flat=True))
    foreign = [line_id for line_id, value in values.items() if value not in own]
    Line.objects.filter(pk__in=foreign).delete()


def copy_for_visitor(user: User) -> Basket | None:
    """After a log-out: an anonymous copy of the customer's plain lines, for the visitor who stays at the screen.

    Lines that extend a license stay with the account, and so do vouchers that not everyone may use. None if
    there is nothing to show.
    """
    own = Basket.open.filter(owner=user).order_by("pk").first()
    extending = _extensions(own).values("line_id") if own else None
    lines = list(own.lines.exclude(pk__in=extending).order_by("pk")) if own else []
    if own is None or not lines:
        return None
    with transaction.atomic():
        copy = Basket.objects.create()
        for line in lines:
            line.pk, line.basket = None, copy
        Line.objects.bulk_create(lines)
        copy.vouchers.set(own.vouchers.filter(usage=Voucher.MULTI_USE))
    return copy


def open_basket(request: HttpRequest) -> tuple[Basket, bool]:
    """The visitor's basket (unsaved if he has none) and whether two were put together just now."""
    anonymous = cookie_basket(request)
    user = getattr(request, "user", None)
    if isinstance(user, User) and user.is_authenticated:
        return owned_basket(user, anonymous)
    return anonymous or Basket(), False
