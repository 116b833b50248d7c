"""The seller's details as a state: compared, rolled back, and changed once a second person agrees."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from storefront.billing.models import Seller
from storefront.core import kept_states
from storefront.core.kept_states import State
from storefront.users.approvals import Kind
from storefront.users.models import User

RIGHT = "billing.change_seller"


def _names() -> list[str]:
    return [field.name for field in Seller._meta.concrete_fields if not field.primary_key]


class SellerStates:
    def read(self, thing: Seller) -> State:
        return kept_states.read_fields(Seller.objects.get(pk=thing.pk), _names())

    def words(self, thing: Seller, state: State) -> dict[str, str]:
        return kept_states.field_words(Seller, state)

    @transaction.atomic
    def write(self, thing: Seller, state: State) -> None:
        """As the form does: exactly one seller is the default."""
        others = list(Seller.objects.select_for_update().order_by("pk"))
        seller = next(each for each in others if each.pk == thing.pk)
        kept_states.write_fields(seller, {name: value for name, value in state.items() if name in _names()})
        if not seller.is_default and not any(each.is_default for each in others if each.pk != seller.pk):
            raise ValidationError(_("New invoices need a seller. To replace this one, mark another seller instead."))
        seller.full_clean()
        if seller.is_default:
            Seller.objects.filter(is_default=True).exclude(pk=seller.pk).update(is_default=False)
        seller.save()


STATES = SellerStates()


def _read(key: str) -> State:
    list(Seller.objects.select_for_update().order_by("pk"))  # all, as ``write`` may change the others, too
    return STATES.read(Seller(pk=int(key)))


def _apply(key: str, change: State, asker: User, decider: User) -> None:
    STATES.write(Seller.objects.get(pk=int(key)), change)


def _words(key: str, state: State) -> dict[str, str]:
    return STATES.words(Seller(pk=int(key)), state)


APPROVAL = Kind(right=RIGHT, read=_read, apply=_apply, words=_words)
