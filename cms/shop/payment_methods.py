"""The form of a payment method: what buyers read of it, and who may pay what by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views.snippets import SnippetViewSet

from cms.edit_conflicts.value_log import Changes
from cms.edit_conflicts.views import EditView, OneEditorAtATime
from cms.groups import FreshLogin
from cms.shop.forms import amounts
from cms.shop.forms.languages import in_all_languages, side_by_side
from storefront.billing.gateway_registry import verbose_name
from storefront.billing.models import PaymentMethod
from storefront.core import currencies
from storefront.users import staffing


def _long(label: Any, max_length: int = 1000) -> forms.CharField:
    return forms.CharField(label=label, max_length=max_length, widget=forms.Textarea(attrs={"rows": 3}))


_Texts = in_all_languages(
    "PaymentMethodTexts",
    title=forms.CharField(label=_("Title"), max_length=60),
    help_text=forms.CharField(label=_("Line of help"), max_length=160),
    how=_long(_("How it works")),
    duration=_long(_("How long it takes"), 500),
    data_use=_long(_("What data goes to whom")),
    license_text=_long(_("How to get the license")),
    refund_text=_long(_("How to ask for a refund")),
)


class PaymentMethodForm(_Texts):  # type: ignore[misc, valid-type]
    smallest_amounts = forms.CharField(label=_("Smallest amounts"), max_length=200, required=False)
    largest_amounts = forms.CharField(label=_("Largest amounts"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("smallest", "largest"):
            self.initial[f"{name}_amounts"] = amounts.written(getattr(self.instance, name))

    def clean_countries(self) -> str:
        return _codes(self.cleaned_data["countries"])

    def clean_currencies(self) -> str:
        codes = _codes(self.cleaned_data["currencies"])
        for code in codes.split():
            currencies.valid(code)
        return codes

    def clean_smallest_amounts(self) -> dict[str, str]:
        return amounts.read(self.cleaned_data["smallest_amounts"])

    def clean_largest_amounts(self) -> dict[str, str]:
        return amounts.read(self.cleaned_data["largest_amounts"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if not (data.get("for_persons") or data.get("for_companies")):
            self.add_error("for_persons", _("Leave one of the two ticked, or nobody can use it."))
        if not (data.get("for_orders") or data.get("for_top_ups") or data.get("for_renewals")):
            self.add_error("for_orders", _("Leave one of the three ticked, or nothing can be paid by it."))
        smallest, largest = data.get("smallest_amounts") or {}, data.get("largest_amounts") or {}
        if any(code in largest and Decimal(largest[code]) < Decimal(figure) for code, figure in smallest.items()):
            self.add_error("largest_amounts", _("This must not be less than the smallest amount."))
        self.instance.smallest, self.instance.largest = smallest, largest
        return data


def _codes(text: str) -> str:
    return " ".join(dict.fromkeys(re.split(r"[\s,;]+", text.upper().strip()))).strip()


TEXTS = _("Empty: the shop's own words.")
PANELS = [
    MultiFieldPanel(
        [
            side_by_side("title", help_text=_("What buyers choose, such as: Bank card. Empty: its own name.")),
            side_by_side("help_text", help_text=_("One line beneath it.")),
            FieldRowPanel(
                [
                    FieldPanel("marks", help_text=_("Words in small frames, separated by commas: Visa, Mastercard.")),
                    FieldPanel("drawing", help_text=_("The sign beside it. Empty: by its kind.")),
                ]
            ),
        ],
        heading=_("On the pay page"),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("for_persons"), FieldPanel("for_companies")]),
            FieldRowPanel([FieldPanel("for_orders"), FieldPanel("for_top_ups"), FieldPanel("for_renewals")]),
            FieldRowPanel(
                [
                    FieldPanel("countries", help_text=_("Codes of countries, such as: DE AT CH. Empty: all.")),
                    FieldPanel("currencies", help_text=_("Such as: EUR USD. Empty: all that the method takes.")),
                ]
            ),
            FieldRowPanel(
                [
                    FieldPanel(
                        "smallest_amounts", help_text=_("Such as: 5 EUR; 500 RUB. The method's own limits apply, too.")
                    ),
                    FieldPanel("largest_amounts", help_text=_("Such as: 5000 EUR; 500000 RUB.")),
                ]
            ),
        ],
        heading=_("Who may pay what by it"),
        help_text=_("Others are not offered it. Charges that are open already go on."),
    ),
    MultiFieldPanel(
        [side_by_side(name) for name in ("how", "duration", "data_use", "license_text", "refund_text")],
        heading=_("On the public page of payment methods"),
        help_text=TEXTS,
    ),
]


class PaymentMethodEditView(FreshLogin, EditView):
    """Who can pay: needs a fresh log-in; all owners are told what was changed."""

    serious_right = "billing.change_paymentmethod"

    def get_page_subtitle(self) -> str:
        return verbose_name(self.object.name)

    def get_success_url(self) -> str:
        return reverse("backoffice-payment-method", args=[self.object.name])

    def saved(self, changes: Changes, states: Mapping[str, Any] | None) -> None:
        if changes:
            title = gettext_noop("A payment method was changed")
            lines = [verbose_name(self.object.name), *changes.lines]
            staffing.tell_owners(by=self.request.user, title=title, lines=lines)


class PaymentMethodViewSet(OneEditorAtATime, SnippetViewSet):
    """Its list is that of the back office, which knows more of each (``backoffice.payment_methods``)."""

    model = PaymentMethod
    edit_view_class = PaymentMethodEditView
    icon = "lock-open"
    list_display = ["name", "title"]
    sort_order_field = None
    copy_view_enabled = False
    edit_handler = ObjectList(PANELS, base_form_class=PaymentMethodForm)
