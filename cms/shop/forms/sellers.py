"""The seller's form."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from cms.shop.forms import amounts
from cms.shop.forms.languages import in_all_languages
from cms.shop.forms.taxes import seller_problems
from storefront.billing.documents import letters
from storefront.billing.models import Seller

_SellerTexts = in_all_languages(
    "SellerTexts", refund_text=forms.CharField(label=_("How to ask for it"), max_length=160)
)


class SellerForm(_SellerTexts):  # type: ignore[misc, valid-type]
    """Exactly one seller is the default: no order can be placed without."""

    def clean_is_default(self) -> bool:
        is_default: bool = self.cleaned_data["is_default"]
        if not is_default and not Seller.objects.filter(is_default=True).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("New invoices need a seller. To replace this one, mark another seller instead."))
        return is_default

    def clean_top_up_smallest(self) -> str:
        return amounts.written(amounts.read(self.cleaned_data["top_up_smallest"]))

    def clean_top_up_largest(self) -> str:
        return amounts.written(amounts.read(self.cleaned_data["top_up_largest"]))

    def clean_top_up_a_day(self) -> str:
        return amounts.written(amounts.read(self.cleaned_data["top_up_a_day"]))

    def clean_vat_id(self) -> str:
        return "".join(self.cleaned_data["vat_id"].split()).upper()

    def clean(self) -> dict[str, Any]:
        """The other fields of the refund rule need the number of days; without it they are never shown."""
        data: dict[str, Any] = super().clean()
        is_told = any(value for name, value in data.items() if name.startswith(("refund_text", "refund_page")))
        if is_told and not data.get("refund_days") and "refund_days" not in self.errors:
            self.add_error("refund_days", _("Enter the number of days, or leave the rule's other fields empty."))
        for name, text in list(data.items()):
            if isinstance(text, str) and (missing := letters.missing(text)):
                self.add_error(name, _("These letters cannot be printed: %(letters)s.") % {"letters": missing})
        for name, problem in (*seller_problems(data), *_account_problems(data)):
            self.add_error(name, problem)
        return data

    @transaction.atomic
    def save(self, commit: bool = True) -> models.Model:
        if self.cleaned_data["is_default"]:
            Seller.objects.filter(is_default=True).exclude(pk=self.instance.pk).update(is_default=False)
        return super().save(commit)


def _account_problems(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if not (data.get("takes_advance_payments") or data.get("takes_direct_payments")):
        yield "takes_direct_payments", _("Leave one of the two ticked, or nothing can be paid.")
    smallest = amounts.read(data.get("top_up_smallest") or "")
    for name in ("top_up_largest", "top_up_a_day"):
        most = amounts.read(data.get(name) or "")
        if any(code in most and Decimal(most[code]) < Decimal(figure) for code, figure in smallest.items()):
            yield name, _("This must not be less than the smallest amount.")
