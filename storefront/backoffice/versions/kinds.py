"""Which things can be compared with what they were and brought back, and what they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry

from catalogue.plans.models import Discount, Period, SoftwareProduct
from storefront.backoffice import history
from storefront.billing.models import Seller
from storefront.billing.transfers.models import SellerAccount
from storefront.core import kept_states
from storefront.core.kept_states import Keeper, State

#: States of a thing that are offered, the latest.
MOST = 100


@dataclass(frozen=True, slots=True)
class Kind:
    model: type[models.Model]
    label: str | Promise

    @property
    def view(self) -> str:
        return f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"

    @property
    def change(self) -> str:
        return f"{self.model._meta.app_label}.change_{self.model._meta.model_name}"

    @property
    def keeper(self) -> Keeper:
        found = kept_states.keeper(self.model)
        if found is None:
            raise LookupError(self.model)
        return found


KINDS: Mapping[str, Kind] = {
    "seller": Kind(Seller, _("Seller's details")),
    "selleraccount": Kind(SellerAccount, _("Bank account")),
    "softwareproduct": Kind(SoftwareProduct, _("Prices")),
    "period": Kind(Period, _("Period")),
    "discount": Kind(Discount, _("Discount")),
}


@dataclass(frozen=True, slots=True)
class Version:
    """What a thing was until an entry of the history changed it; without one, what it is now."""

    state: State
    entry: ModelLogEntry | None = None

    @property
    def key(self) -> str:
        return str(self.entry.pk) if self.entry else "now"

    @property
    def until(self) -> datetime | None:
        return self.entry.timestamp if self.entry else None


def kind(name: str) -> Kind:
    """Raises Http404."""
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def thing(name: str, pk: int) -> Any:
    """Raises Http404."""
    return get_object_or_404(kind(name).model, pk=pk)


def versions(name: str, thing: models.Model) -> list[Version]:
    """What it is now, and what it was before each change that is known, the latest first. Three queries."""
    entries = history.of(thing).filter(data__has_key="state")[:MOST]
    return [
        Version(kind(name).keeper.read(thing)),
        *(Version(entry.data["state"]["before"], entry) for entry in entries),
    ]


def version(thing: models.Model, pk: int) -> Version:
    """What it was before an entry. Raises Http404."""
    entry = get_object_or_404(history.of(thing).filter(data__has_key="state"), pk=pk)
    return Version(entry.data["state"]["before"], entry)


def differences(name: str, thing: models.Model, a: State, b: State) -> list[tuple[str, str, str]]:
    """(name, in ``a``, in ``b``) of each value that differs, in words."""
    keeper = kind(name).keeper
    return kept_states.differences(keeper.words(thing, a), keeper.words(thing, b))
