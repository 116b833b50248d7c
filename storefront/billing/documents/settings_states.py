"""How a seller issues documents, as a state: compared, told to owners, and changed once a second person agrees.

Seal and signature are a kind of change of their own: who asks for it and who decides it may use the seal.
"""

from __future__ import annotations

from django.db import transaction

from storefront.billing.documents import sellers
from storefront.billing.documents.models import DocumentSettings, PictureRole
from storefront.billing.models import Seller
from storefront.core import kept_states, states
from storefront.core.kept_states import State
from storefront.users.approvals import Kind
from storefront.users.models import User

RIGHT, SEAL_RIGHT = "documents.change_documentsettings", "documents.use_seal"
#: The names in settings.APPROVAL_KINDS.
DOCUMENTS, SEAL = "documents", "seal"
MARKS = (PictureRole.SEAL, PictureRole.SIGNATURE)


def names() -> list[str]:
    return [field.name for field in DocumentSettings._meta.concrete_fields if field.name not in ("id", "seller")]


def state_of(settings: DocumentSettings) -> State:
    return kept_states.read_fields(settings, names())


def read(key: str) -> State:
    """``key``: the seller's, who is locked: without a row of settings there are their defaults."""
    return state_of(_row(states.lock(Seller(pk=int(key)))))


@transaction.atomic
def write(key: str, state: State) -> None:
    """Raises ValidationError where today's rules do not allow it: the numbers of this year were begun meanwhile."""
    seller = states.lock(Seller(pk=int(key)))
    row = _row(seller)
    kept_states.write_fields(row, {name: value for name, value in state.items() if name in names()})
    sellers.check_series(seller, row.series)
    row.full_clean()
    row.save()


def words(key: str, state: State) -> dict[str, str]:
    """By name; a picture with its hash."""
    return kept_states.field_words(DocumentSettings, state)


def kind_of(before: State, after: State) -> str:
    """The name of the kind of a change."""
    return SEAL if any(before[role] != after[role] for role in MARKS) else DOCUMENTS


def _row(seller: Seller) -> DocumentSettings:
    return DocumentSettings.objects.filter(seller=seller).first() or DocumentSettings(seller=seller)


def _apply(key: str, change: State, asker: User, decider: User) -> None:
    write(key, change)


APPROVAL = Kind(right=RIGHT, read=read, apply=_apply, words=words)
SEAL_APPROVAL = Kind(right=SEAL_RIGHT, read=read, apply=_apply, words=words)
