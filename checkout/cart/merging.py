"""What log-in and log-out do to baskets: several become one, and a visitor who logs out keeps what anybody may buy."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from oscar.apps.basket.models import Basket, Line, LineAttribute
from oscar.apps.voucher.models import Voucher

from checkout.cart.cart import EXTENDS
from checkout.cart.repricing import currency_of, settle_currency
from checkout.reminders import services as reminders
from storefront.core import clock
from storefront.licensing.models import License
from storefront.users.models import User


def owned_basket(user: User, from_cookie: Basket | None) -> tuple[Basket, bool]:
    """The one open basket of a customer, and whether lines of ``from_cookie`` were added to others in it.

    Unsaved if they have none: looking at pages writes nothing.
    """
    own = list(Basket.open.filter(owner=user).order_by("pk"))
    if from_cookie is not None or len(own) > 1:
        return _merge(user, [basket.pk for basket in [*own, from_cookie] if basket])
    basket = own[0] if own else Basket()
    basket.owner = user
    return basket, False


def join(source: Basket, target: Basket) -> None:
    """Empty one visitor's cart into another of theirs, under the locks of both; nothing if one is in use elsewhere."""
    with transaction.atomic():
        rows = Basket.open.select_for_update().filter(pk__in=[source.pk, target.pk], owner=None).order_by("pk")
        if len(rows) == 2:
            settle_currency(source, currency_of(target))
            _move_lines(source, target)


def copy_for_visitor(user: User) -> Basket | None:
    """After a log-out: an anonymous copy of the customer's plain lines, for the visitor who stays at the screen.

    Lines that extend a license stay with the account, and so do vouchers that not everyone may use. None if
    there is nothing to show.
    """
    own = Basket.open.filter(owner=user).order_by("pk").first()
    lines = list(own.lines.exclude(pk__in=_extensions(own).values("line_id")).order_by("pk")) if own else []
    if own is None or not lines:
        return None
    with transaction.atomic():
        copy = Basket.objects.create()
        for line in lines:
            line.pk, line.basket = None, copy
        Line.objects.bulk_create(lines)
        copy.vouchers.set(own.vouchers.filter(usage=Voucher.MULTI_USE))
    return copy


def _merge(user: User, ids: list[int]) -> tuple[Basket, bool]:
    """Make one basket of several, under their locks: the same line or extension keeps the larger quantity.

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
        # A cart that comes with the visitor is the one they looked at last: all take its currency.
        currency = next((code for row in reversed(rows) if (code := currency_of(row))), "")
        for row in rows:
            settle_currency(row, currency)
        has_merged = False
        for source in others:
            has_merged |= _move_lines(source, target) > 0
        _drop_foreign_extensions(target, user)
        reminders.merge(basket_ids=[row.pk for row in rows], target=target, customer=user)
    target.owner = user
    return target, had_lines and has_merged


def _move_lines(source: Basket, target: Basket) -> int:
    """Empty ``source`` into ``target``; returns how many lines it had."""
    present = {line.line_reference: line for line in target.lines.all()}
    licenses = set(_extensions(target).values_list("value", flat=True))
    extends = dict(_extensions(source).values_list("line_id", "value"))
    lines = list(source.lines.all())
    for line in lines:
        twin = present.get(line.line_reference)
        if twin is not None:
            twin.quantity = max(twin.quantity, line.quantity)
            twin.save(update_fields=["quantity", "date_updated"])
        elif extends.get(line.pk) not in licenses:
            line.basket = target
            line.save(update_fields=["basket"])
    if not target.vouchers.exists():
        target.vouchers.set(source.vouchers.all())
    source.vouchers.clear()
    Basket.objects.filter(pk=source.pk).update(status=Basket.MERGED, date_merged=clock.now())
    return len(lines)


def _drop_foreign_extensions(basket: Basket, user: User) -> None:
    """A line may come from a link that was opened before the log-in: it stays only if the license is the user's."""
    values = dict(_extensions(basket).values_list("line_id", "value"))
    own = License.objects.filter(customer=user, public_id__in=values.values()).values_list("public_id", flat=True)
    foreign = [line_id for line_id, value in values.items() if value not in set(own)] if values else []
    basket.lines.filter(pk__in=foreign).delete()


def _extensions(basket: Basket) -> QuerySet[LineAttribute]:
    return LineAttribute.objects.filter(line__basket=basket, option__code=EXTENDS)
