"""The filters of the register of documents."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from storefront.backoffice.orders.filters import Amounts, Days, OneOf, SomeOf, currencies
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import Document


class DocumentFilters(WagtailFilterSet):
    kind = SomeOf(label=_("Kind"), choices=DocumentKind.choices)
    issued_on = Days(label=_("Date"))
    gross = Amounts(label=_("Amount"))
    currency = OneOf(label=_("Currency"), choices=currencies)
    language = OneOf(label=_("Language"), choices=lambda: settings.LANGUAGES)

    class Meta:
        model = Document
        fields: list[str] = []
