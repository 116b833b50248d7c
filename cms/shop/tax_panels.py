"""The fields about tax: in the seller's form, and of the table of rates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from cms.shop.forms.taxes import TaxRateForm
from storefront.core import countries, currencies

SELLER = MultiFieldPanel(
    [
        FieldPanel(
            "tax_regime",
            help_text=_(
                "With a rate, the country above must be filled in. VAT by the EU's rules: consumers in the EU pay the "
                "rate of their country or yours, companies elsewhere in the EU with a valid VAT ID none (reverse "
                "charge), buyers outside the EU none. Rates are under Shop, Tax rates."
            ),
        ),
        FieldRowPanel(
            [
                FieldPanel("vat_id", help_text=_("With its prefix, such as DE123456789. Printed on documents.")),
                FieldPanel(
                    "prices_include_tax",
                    help_text=_(
                        "On: your prices hold your country's tax, and every consumer pays them. Off: the buyer's tax "
                        "is added to them."
                    ),
                ),
            ]
        ),
        FieldPanel(
            "uses_oss",
            help_text=_(
                "On: consumers elsewhere in the EU pay the rate of their country from the first sale. Off: they pay "
                "yours until these sales pass 10,000 euro in a calendar year."
            ),
        ),
        FieldPanel(
            "unverified_vat_ids",
            help_text=_(
                "What companies with a well-formed VAT ID pay while nobody can confirm it. One that turns out to be "
                "invalid is reported to you with the tax owed."
            ),
        ),
        FieldPanel(
            "accounting_currency",
            widget=forms.Select(choices=currencies.choices),  # type: ignore[arg-type]  # a callable
            help_text=_(
                "Invoices in another currency name the tax in this one, too, at the rate under Shop, Exchange rates; "
                "without a rate they are not issued. Empty: only in the currency of the invoice."
            ),
        ),
        FieldPanel("tax_exemption", help_text=_("Printed on documents, if you are exempt.")),
    ],
    heading=_("Tax"),
)

RATE = ObjectList(
    [
        FieldRowPanel(
            [
                FieldPanel(
                    "country",
                    widget=forms.Select(choices=countries.choices),  # type: ignore[arg-type]  # a callable
                    help_text=_("A rate of a country outside the EU means that you charge its tax to buyers there."),
                ),
                FieldPanel(
                    "region", help_text=_("Only for a rate of its own there; buyers are known by their postcode.")
                ),
                FieldPanel("kind", help_text=_("What the tax is called on documents.")),
                FieldPanel("rate", help_text=_("The standard rate, in percent of the price without tax.")),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel("valid_from", help_text=_("The rate before ends the day before by itself.")),
                FieldPanel("valid_to", help_text=_("Leave empty for the time being.")),
            ]
        ),
    ],
    base_form_class=TaxRateForm,
)

EXCHANGE = ObjectList(
    [
        FieldRowPanel(
            [
                FieldPanel(
                    "currency",
                    widget=forms.Select(choices=currencies.choices),  # type: ignore[arg-type]
                    help_text=_("The currency whose unit is valued."),
                ),
                FieldPanel("rate", help_text=_("As published: the ECB says how much one euro is.")),
                FieldPanel(
                    "quote",
                    widget=forms.Select(choices=currencies.choices),  # type: ignore[arg-type]
                    help_text=_("The currency the rate is counted in."),
                ),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel("source", help_text=_("OSS takes the rates of the ECB alone.")),
                FieldPanel("valid_from", help_text=_("The day it was published for.")),
                FieldPanel("valid_to", help_text=_("Empty: until the next one, for a week at most.")),
            ]
        ),
    ],
)
