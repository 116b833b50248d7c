"""The texts of consents, as they are shown beside their boxes and kept in mandates."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from storefront.billing.models import Mandate, Seller
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods.mandates import Terms


def keep_text() -> str:
    """For charges that the customer presses for. In the active language."""
    text = _(
        "Keep this payment method for my next purchases from %(seller)s. It is charged only when I press to pay, and I "
        "can remove it at any time in my account."
    )
    return text % {"seller": seller_name()}


def keep_terms(*, ip_address: str | None) -> Terms:
    """What ticking the box beside ``keep_text`` agrees to."""
    return Terms(scope=Scope.ATTENDED, text=keep_text(), language=get_language() or "en", ip_address=ip_address)


def renewed_text(agreed: Mandate) -> str:
    """The same agreement for a method that takes another one's place, in the language of the text that names that
    one."""
    with translation.override(agreed.language):
        instead = _("The method that I add now is charged for it instead of %(method)s.") % {"method": agreed.method}
    return f"{agreed.text} {instead}"


def renewed_terms(agreed: Sequence[Mandate], *, ip_address: str | None) -> list[Terms]:
    """What ticking the boxes beside ``renewed_text`` agrees to."""
    return [
        Terms(
            scope=Scope(each.scope),
            text=renewed_text(each),
            language=each.language,
            ip_address=ip_address,
            subject=each.subject,
            currency=each.currency,
            amount_limit=each.amount_limit,
            months=each.months,
        )
        for each in agreed
    ]


def seller_name() -> str:
    """Who charges, as documents name them; "" before there is one."""
    seller = Seller.objects.filter(is_default=True).order_by("-pk").first()
    return str(seller.name) if seller else ""
