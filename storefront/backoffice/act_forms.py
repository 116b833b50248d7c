"""What forms of acts have in common."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class ActForm(forms.Form):
    """Every act has a reason, stored with it. An act that concerns the customer adds ``TellCustomer``."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Stored in the history; the customer sees it only in a copy of their data."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Give a reason: it is stored in the history.")},
    )
    field_order: list[str] | None = None


class TellCustomer(forms.Form):
    """Mixin: whether the customer is mailed about the act."""

    tell_customer = forms.BooleanField(label=gettext_lazy("Tell the customer by mail"), required=False)
