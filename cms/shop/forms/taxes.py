"""Forms about tax: a rate, and what the seller's form checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as NotANumber
from wagtail.admin.forms import WagtailAdminModelForm

from storefront.billing.models import TaxRate
from storefront.billing.services import tax_threshold, taxation
from storefront.billing.tax import TaxRegime
from storefront.billing.tax.territories import EU, vat_prefix
from storefront.core import clock
from storefront.core.instants import day_of

_WITH_RATE = (TaxRegime.VAT, TaxRegime.FIXED)


class TaxRateForm(WagtailAdminModelForm):  # type: ignore[misc]
    """One rate; the model refuses gaps and overlaps, and here the last rate of a tax that is charged has no end."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        country, until = data.get("country") or "", data.get("valid_to")
        if until and is_charged(country):
            same = TaxRate.objects.filter(country=country, region=data.get("region") or "")
            if not same.filter(valid_from__gt=until).exclude(pk=self.instance.pk).exists():
                text = _("This tax is charged: leave the end empty. The rate that follows will end this one by itself.")
                self.add_error("valid_to", text)
        return data

    @transaction.atomic
    def save(self, commit: bool = True) -> Any:
        return super().save(commit)


def seller_problems(data: Mapping[str, Any]) -> Iterator[tuple[str, ValidationError]]:
    """What is wrong with the tax settings of a seller, each with the field it is about."""
    regime, country = data.get("tax_regime"), data.get("country") or ""
    if regime in _WITH_RATE:
        if not country:
            yield "country", ValidationError(_("Choose the country whose tax you charge."))
        elif not _has_rate(country):
            yield "tax_regime", ValidationError(_("Add today's rate of your country first: Shop, Tax rates."))
    if regime == TaxRegime.VAT and country in EU:
        yield from _vat_id_problems(str(data.get("vat_id") or ""), country)
        if not data.get("uses_oss") and (unknown := tax_threshold.uncounted(day_of(clock.now()))):
            text = _(
                "Sales in %(currencies)s cannot be counted for the 10,000 euro: register for OSS, or add their rate to "
                "the euro under Shop, Exchange rates."
            )
            yield "uses_oss", ValidationError(text % {"currencies": ", ".join(unknown)})
    if data.get("uses_oss") and regime != TaxRegime.VAT:
        yield "uses_oss", ValidationError(_("OSS is for VAT by the EU's rules only."))
    if regime == TaxRegime.EXEMPT and not data.get("tax_exemption"):
        yield "tax_exemption", ValidationError(_("Enter the reason, as documents must name it."))


def _vat_id_problems(vat_id: str, country: str) -> Iterator[tuple[str, ValidationError]]:
    if not vat_id:
        yield "vat_id", ValidationError(_("Enter your VAT ID: documents must show it."))
        return
    try:
        number = vat.validate(vat_id)
    except NotANumber:
        yield "vat_id", ValidationError(_("This is not a VAT ID."))
        return
    if not number.startswith(vat_prefix(country)):
        yield "vat_id", ValidationError(_("This VAT ID is of another country than the seller."))


def is_charged(country: str) -> bool:
    """Whether nothing could be sold to somebody there without a rate of the country."""
    seller = taxation.settings()
    is_home = seller.regime in _WITH_RATE and country == seller.country
    return is_home or (seller.regime == TaxRegime.VAT and country in EU)


def _has_rate(country: str) -> bool:
    today = day_of(clock.now())
    found = TaxRate.objects.filter(country=country, region="", valid_from__lte=today).order_by("-valid_from").first()
    return found is not None and (found.valid_to is None or found.valid_to >= today)
