"""Forms of the account's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from storefront.core.form_fields import EmailField, OneLineField


class HandoverForm(forms.Form):
    """To whom a license is offered."""

    email = EmailField(label=_("E-mail of the new holder"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": "", "auto_id": "handover_%s"})
        self.fields["email"].widget.attrs["autocomplete"] = "off"


class ReceiverForm(forms.Form):
    """Of a receiver who gets an account."""

    name = OneLineField(label=_("Name"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.fields["name"].widget.attrs["autocomplete"] = "name"


class PayLinkForm(forms.Form):
    """Who pays an invoice by its link."""

    email = EmailField(label=_("E-mail of whoever pays"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": "", "auto_id": "pay_link_%s"})
        self.fields["email"].widget.attrs["autocomplete"] = "off"
