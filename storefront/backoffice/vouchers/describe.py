"""A voucher in words, for lists, its page and the preview of an act."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from catalogue.plans.models import months_label
from checkout.models import VoucherRule
from checkout.vouchers import services
from checkout.vouchers.services import VoucherTerms
from storefront.core import money
from storefront.core.instants import instant
from storefront.core.percentages import display as display_percent

STATES = {
    "planned": pgettext_lazy("voucher", "Planned"),
    "running": pgettext_lazy("voucher", "Running"),
    "over": pgettext_lazy("voucher", "Over"),
    "paused": pgettext_lazy("voucher", "Paused"),
    "used_up": pgettext_lazy("voucher", "Used up"),
}
OF_ANOTHER_KIND = gettext_lazy("An offer of another kind")


def taken_off(percent: Decimal | None, amount: Decimal | None) -> str:
    """``20 % off`` or ``€10.00 off``."""
    if percent is not None:
        return _("%(percent)s off") % {"percent": display_percent(percent)}
    if amount is not None:
        return _("%(amount)s off, once per order") % {"amount": money.display(amount, settings.SHOP_CURRENCY)}
    return str(OF_ANOTHER_KIND)


def codes(rule: VoucherRule) -> str:
    """The code, or how many codes there are."""
    if rule.voucher is not None:
        return str(rule.voucher.code)
    count = rule.voucher_set.count if rule.voucher_set else 0
    return ngettext("%(count)d code", "%(count)d codes", count) % {"count": count}


def conditions(terms: VoucherTerms, *, sees_customers: bool) -> list[str]:
    """What it may be used for, a sentence each; nothing where everything is allowed. ``sees_customers``: whether the
    reader may know who they are."""
    sentences = []
    if terms.products:
        titles = ", ".join(product.product.title for product in terms.products)
        sentences.append(_("Only for: %(products)s.") % {"products": titles})
    if terms.months:
        periods = ", ".join(months_label(months) for months in sorted(terms.months))
        sentences.append(_("Only for these periods: %(periods)s.") % {"periods": periods})
    if terms.customers and not sees_customers:
        count = len(terms.customers)
        sentences.append(ngettext("Only for one customer.", "Only for %(count)d customers.", count) % {"count": count})
    elif terms.customers:
        emails = ", ".join(customer.email for customer in terms.customers)
        sentences.append(_("Only for: %(customers)s.") % {"customers": emails})
    if terms.is_first_purchase_only:
        sentences.append(_("Only for a first purchase."))
    if terms.max_uses is not None:
        sentences.append(
            ngettext("Once in all.", "%(count)d times in all.", terms.max_uses) % {"count": terms.max_uses}
        )
    if (limit := terms.max_uses_per_customer) is not None:
        sentences.append(ngettext("Once per customer.", "%(count)d times per customer.", limit) % {"count": limit})
    return sentences


def terms_of(rule: VoucherRule) -> VoucherTerms:
    """What staff decided about a voucher that exists."""
    owner = rule.owner
    percent, amount = services.taken_off(rule)
    return VoucherTerms(
        name=owner.name, percent=percent, amount=amount, starts_at=owner.start_datetime, ends_at=owner.end_datetime,
        products=list(rule.products.select_related("product")), months=rule.months,
        customers=list(rule.customers.all()),
        max_uses=rule.max_uses, max_uses_per_customer=rule.max_uses_per_customer,
        is_first_purchase_only=rule.is_first_purchase_only,
    )  # fmt: skip


def values(terms: VoucherTerms) -> dict[str, str]:
    """Its values by name, for the history."""
    return {
        pgettext("of a voucher", "Name"): terms.name,
        _("Takes off"): taken_off(terms.percent, terms.amount),
        _("From"): instant(terms.starts_at, "short"),
        _("Until"): instant(terms.ends_at, "short"),
        _("Conditions"): " ".join(conditions(terms, sees_customers=True)),
    }
