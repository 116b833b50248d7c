"""Fields of the forms under 'Shop': their order and help texts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList, PublishingPanel

from cms.shop import panel_context, tax_panels
from cms.shop.forms.agreements import AgreementForm
from cms.shop.forms.discounts import DiscountForm, PeriodForm
from cms.shop.forms.languages import side_by_side
from cms.shop.forms.plans import OwnPeriodForm, OwnPeriodFormSet, PlanForm, PlanFormSet
from cms.shop.forms.products import SoftwareProductForm
from cms.shop.panel_types import FormInlinePanel, InfoPanel, OtherPricesPanel, PricePreviewPanel, QuestionPanel
from storefront.core import countries

LARGEST_WINS = _(
    "The buyer gets the largest discount in force; discounts never add up. Prices are rounded once, to the smallest "
    "coin. “Extend” puts the same period into the cart at the price of that day."
)

PLAN_PANELS = [
    side_by_side("name"),
    FieldRowPanel(
        [
            FieldPanel("monthly_price", help_text=_("Before any discount. Longer periods multiply it.")),
            FieldPanel(
                "code",
                help_text=_(
                    "Part of article numbers and links. Leave empty to create it from the name; it cannot be changed "
                    "later."
                ),
            ),
        ]
    ),
    OtherPricesPanel(),
    QuestionPanel(),
    side_by_side("summary", help_text=_("One line below the name, such as “for up to 10 users”.")),
    side_by_side("features", help_text=_("One per line. The table of license types compares them.")),
    FieldPanel("is_active", help_text=_("Off: no longer offered; sold licenses stay valid.")),
    FieldPanel("is_recommended"),
]

PERIOD_PANELS = [
    FieldRowPanel(
        [
            FieldPanel("months", help_text=_("How many months are bought at once.")),
            FieldPanel("discount_percent", help_text=_("The standing discount for buying so many months at once.")),
        ]
    ),
    QuestionPanel(),
    FieldPanel("is_active", help_text=_("Off: this period is not sold.")),
]

PRODUCT = ObjectList(
    [
        InfoPanel(template="cms/shop/product_links.html", read=panel_context.product_links, heading=_("Page")),
        MultiFieldPanel(
            [
                side_by_side("title", help_text=_("The name in lists, on invoices and on licenses.")),
                FieldPanel("slug"),
                side_by_side("tagline", help_text=_("Shown on cards and below the name.")),
                FieldPanel("is_public"),
                FieldPanel("categories"),
            ],
            heading=_("Product"),
        ),
        FormInlinePanel(
            "plans",
            panels=PLAN_PANELS,
            form_class=PlanForm,
            formset_class=PlanFormSet,
            heading=_("License types"),
            label=_("License type"),
            min_num=1,
            help_text=_("In the order in which buyers see them: drag to change it."),
        ),
        PricePreviewPanel("shop-preview-product", heading=_("Prices")),
        MultiFieldPanel(
            [
                FieldPanel(
                    "binding_kind", help_text=_("What a license is tied to. A portal is asked for at the checkout.")
                ),
                FieldPanel("bitrix24_app_code"),
                FieldPanel("starts_at_payment"),
                side_by_side(
                    "conditions",
                    help_text=_(
                        "Shown on the product page and at the checkout, so that nobody pays for something their "
                        "Bitrix24 cannot use. Leave empty for what every portal needs: a plan with apps, or a "
                        "self-hosted server that can be reached from the internet."
                    ),
                ),
                FieldPanel("market_url", help_text=_("Where buyers install the application.")),
                FieldPanel(
                    "agreement",
                    widget=forms.Select,
                    help_text=_("Buyers accept its version in force before they pay, in their language."),
                ),
            ],
            heading=_("License"),
        ),
        FormInlinePanel(
            "own_periods",
            panels=PERIOD_PANELS,
            form_class=OwnPeriodForm,
            formset_class=OwnPeriodFormSet,
            heading=_("Periods of this product only"),
            label=_("Period"),
            help_text=_(
                "Replaces the common period of the same length for this product, or takes it off sale here. Without "
                "any, the product is sold for the common periods."
            ),
        ),
    ],
    base_form_class=SoftwareProductForm,
)

PERIOD = ObjectList(
    [
        HelpPanel(
            content=_("Periods are common to all products. A product may have periods of its own, in its form."),
        ),
        *PERIOD_PANELS,
        PricePreviewPanel("shop-preview-period", heading=_("Prices"), help_text=LARGEST_WINS),
    ],
    base_form_class=PeriodForm,
)

DISCOUNT = ObjectList(
    [
        FieldPanel("name"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("product_ids"), FieldPanel("period_months")]),
                FieldPanel("percent", help_text=_("Off the price without discount.")),
                QuestionPanel(),
                FieldRowPanel(
                    [
                        FieldPanel("starts_at", help_text=_("From this minute on; a time in the past means at once.")),
                        FieldPanel("ends_at"),
                    ]
                ),
            ],
            heading=_("Discount"),
        ),
        PricePreviewPanel("shop-preview-discount", heading=_("Prices"), help_text=LARGEST_WINS),
    ],
    base_form_class=DiscountForm,
)

AGREEMENT = ObjectList(
    [
        InfoPanel(template="cms/shop/versions.html", read=panel_context.versions, heading=_("Published versions")),
        FieldPanel("name"),
        FieldPanel("slug", help_text=_("The text is at /agreements/<address>/. The same in every language.")),
        FieldPanel(
            "body",
            help_text=_(
                "Publishing a changed text makes a new version, which buyers accept from then on. Earlier versions "
                "stay readable at their own address, and buyers keep the version they accepted. Saving a draft changes "
                "nothing for buyers. A translation is changed and published separately."
            ),
        ),
        PublishingPanel(),
    ],
    base_form_class=AgreementForm,
)

SELLER_PANELS = [
    FieldPanel("name", help_text=_("The legal name, as on invoices.")),
    FieldPanel("address", help_text=_("The postal address, as on invoices, also in the footer.")),
    FieldPanel(
        "country",
        widget=forms.Select(choices=countries.choices),  # type: ignore[arg-type]  # a callable, as Django documents
        help_text=_("Whose tax you charge; search engines show the money-back rule for it."),
    ),
    FieldRowPanel(
        [
            FieldPanel("registration_number", help_text=_("In the company register. Leave empty to show none.")),
            FieldPanel(
                "tax_number", help_text=_("At your tax office. Printed on documents; leave empty to show none.")
            ),
        ]
    ),
    tax_panels.SELLER,
    FieldRowPanel(
        [
            FieldPanel("email", help_text=_("On invoices, for questions about them.")),
            FieldPanel("phone", help_text=_("On invoices and on the contact page. Leave empty to show none.")),
        ]
    ),
    MultiFieldPanel(
        [
            FieldPanel(
                "refund_days",
                help_text=_(
                    "Shown under “Buy”, in the cart, at the checkout, under “Pay”, on the page of payment methods and "
                    "where customers ask for a refund: money back within this many days of the payment. Leave empty to "
                    "promise nothing. Promise what your agreement grants."
                ),
            ),
            side_by_side(
                "refund_text",
                help_text=_(
                    "One sentence, such as “Write to us, no reason needed.” Leave empty for “ask for it at the order "
                    "in your account, or write to us”."
                ),
            ),
            FieldPanel(
                "refund_page", help_text=_("Linked from that line, in the reader’s language. Leave empty for no link.")
            ),
        ],
        heading=_("Money back"),
    ),
    MultiFieldPanel(
        [
            FieldRowPanel(
                [
                    FieldPanel(
                        "takes_advance_payments",
                        help_text=_("On: customers may add funds to their personal account and pay from it later."),
                    ),
                    FieldPanel(
                        "takes_direct_payments",
                        help_text=_("Off: invoices are paid from the personal account alone."),
                    ),
                ]
            ),
            FieldRowPanel(
                [
                    FieldPanel("top_up_smallest", help_text=_("Such as: 5 EUR; 500 RUB. Empty: any amount.")),
                    FieldPanel("top_up_largest", help_text=_("Such as: 5000 EUR; 500000 RUB. Empty: no limit.")),
                    FieldPanel("top_up_a_day", help_text=_("By one customer, all together. Empty: no limit.")),
                ]
            ),
        ],
        heading=_("Personal account"),
    ),
    FieldPanel(
        "card_statement",
        help_text=_(
            "As set at the payment provider; shown on the payment page, so that buyers recognise the payment. Leave "
            "empty to show nothing."
        ),
    ),
    FieldPanel("bank_details", help_text=_("Printed on invoices. Issued documents do not change.")),
    FieldPanel("is_default", help_text=_("The seller of new orders, also named in the footer of every page.")),
]
