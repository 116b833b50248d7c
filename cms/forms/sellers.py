"""The form of the seller's details."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from storefront.billing.models import Seller


class SellerForm(WagtailAdminModelForm):
    """One seller, and only one, is used for new invoices: no order can be placed without."""

    def clean_is_default(self) -> bool:
        is_default: bool = self.cleaned_data["is_default"]
        if not is_default and not Seller.objects.filter(is_default=True).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("New invoices need a seller: mark another one, and this one gives way to it."))
        return is_default

    @transaction.atomic
    def save(self, commit: bool = True) -> models.Model:
        if self.cleaned_data["is_default"]:
            Seller.objects.filter(is_default=True).exclude(pk=self.instance.pk).update(is_default=False)
        return super().save(commit)
