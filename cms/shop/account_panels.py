"""The form of one of our bank accounts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from storefront.core import currencies

ACCOUNT = ObjectList(
    [
        FieldRowPanel(
            [
                FieldPanel("name", help_text=_("Only staff see it, in lists and forms.")),
                FieldPanel("seller", help_text=_("Whose account it is: told on the invoices of this seller.")),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel(
                    "currency",
                    widget=forms.Select(choices=currencies.choices),  # type: ignore[arg-type]  # a callable
                    help_text=_("Invoices in this currency can be paid to it."),
                ),
                FieldPanel(
                    "countries",
                    help_text=_(
                        "Codes of two letters, such as DE AT: payers from there are told this account. Empty: "
                        "everybody for whom there is no other."
                    ),
                ),
                FieldPanel("position", help_text=_("Of several that fit, the one with the lowest number is told.")),
            ]
        ),
        MultiFieldPanel(
            [
                FieldPanel("holder", help_text=_("As the bank knows it: payments to another name may be refused.")),
                FieldPanel("number", help_text=_("Checked digit by digit; blanks do not matter.")),
                FieldPanel("bank_name", help_text=_("The name of the bank; for Russia with its city.")),
                FieldPanel("bank_code", help_text=_("With an IBAN it may be left empty. For Russia the БИК.")),
                FieldPanel("correspondent_account", help_text=_("For Russia, or for currencies that need one.")),
                FieldPanel("correspondent_bank", help_text=_("Name and BIC of the bank in between, if any.")),
                FieldPanel("tax_number", help_text=_("Asked for in Russia and Kazakhstan; else leave it empty.")),
                FieldPanel("tax_code", help_text=_("Only in Russia.")),
                FieldPanel("extra_lines", help_text=_("Printed as they are, such as КБе and КНП.")),
            ],
            heading=_("Details for the payer's bank"),
        ),
        FieldPanel("is_active", help_text=_("Off: no payer is told it any more; what comes is still booked.")),
    ]
)
