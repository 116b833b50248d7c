"""What is asked before an order can be paid: its agreements, where staff placed it, and what a consumer in the EU is
asked at the checkout, where they became the payer later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkout.orders import consents
from checkout.orders.agreements import AgreementText
from checkout.page.forms import EARLY_START, box_name, consent_box, early_start_box
from storefront.billing.models import Invoice


class AgreementForm(forms.Form):
    """A box for each version; it counts only for the version that it was shown with. ``asks_early_start``: and the one
    of consumers in the EU."""

    def __init__(
        self, data: Mapping[str, Any] | None, *, versions: Sequence[AgreementText], asks_early_start: bool = False
    ) -> None:
        super().__init__(data, label_suffix="")
        self.versions = list(versions)
        for version in versions:
            self.fields[box_name(version)] = consent_box(
                version, required=_("Please read it and tick the box before you pay.")
            )

        if asks_early_start:
            self.fields[EARLY_START] = early_start_box()

    @property
    def wants_early_start(self) -> bool:
        """Of a valid form."""
        return bool(self.cleaned_data.get(EARLY_START))

    @property
    def version_ids(self) -> list[int]:
        """The versions whose boxes were ticked."""
        return [each.pk for each in self.versions if self.data.get(box_name(each)) == str(each.pk)]

    def clean(self) -> dict[str, Any] | None:
        for version in self.versions:
            name = box_name(version)
            if name in self.cleaned_data and version.pk not in self.version_ids:
                self.add_error(name, self.fields[name].error_messages["required"])
        return super().clean()


def of_invoice(invoice: Invoice, data: Mapping[str, Any] | None = None) -> AgreementForm | None:
    """The form, if anything must be accepted before this invoice can be paid."""
    versions = consents.to_accept(invoice)
    asks_early_start = consents.awaits_early_start(invoice)
    if not versions and not asks_early_start:
        return None
    return AgreementForm(data, versions=versions, asks_early_start=asks_early_start)
