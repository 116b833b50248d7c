"""A bank account as a state: compared, and brought back under today's checks."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.transfers.models import SellerAccount
from storefront.core import kept_states, states
from storefront.core.kept_states import State


def _names() -> list[str]:
    fields = SellerAccount._meta.concrete_fields
    return [field.name for field in fields if not field.primary_key and field.name not in ("created_at", "seller")]


class AccountStates:
    def read(self, thing: SellerAccount) -> State:
        return kept_states.read_fields(SellerAccount.objects.get(pk=thing.pk), _names())

    def words(self, thing: SellerAccount, state: State) -> dict[str, str]:
        return kept_states.field_words(SellerAccount, state)

    @transaction.atomic
    def write(self, thing: SellerAccount, state: State) -> None:
        """Raises ValidationError where a number is not right by today's checks."""
        account = states.lock(SellerAccount(pk=thing.pk))
        kept_states.write_fields(account, {name: value for name, value in state.items() if name in _names()})
        account.full_clean()
        account.save()


STATES = AccountStates()
