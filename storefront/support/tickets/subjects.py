"""What a ticket may be about: the customer's own orders, invoices and licenses. Written ``invoice:INV-2026-00001``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from oscar.apps.order.models import Order

from storefront.billing.models import Invoice
from storefront.licensing.models import License
from storefront.support.models import Conversation
from storefront.support.services.conversations import About
from storefront.users.models import User

#: So many of each kind are offered, the latest first.
OFFERED = 30


def _own(customer: User) -> dict[str, tuple[QuerySet[Any], str]]:
    """The customer's things by kind, with the field that names one."""
    return {
        "invoice": (Invoice.objects.filter(customer=customer).order_by("-pk"), "number"),
        "license": (License.objects.filter(customer=customer).order_by("-pk"), "number"),
        "order": (Order.objects.filter(user=customer).order_by("-pk"), "number"),
    }


def choices(customer: User, *, also: str = "") -> list[tuple[str, Any]]:
    """For a select field. ``also``: one that is offered in any case, if it is the customer's."""
    titles = {"invoice": _("Invoices"), "license": _("Licenses"), "order": _("Orders")}
    groups: list[tuple[str, Any]] = [("", _("Nothing of these"))]
    chosen = find(customer, also)
    for kind, (things, _field) in _own(customer).items():
        rows = list(things[:OFFERED])
        extra = getattr(chosen, kind)
        if extra is not None and extra not in rows:
            rows.insert(0, extra)
        if rows:
            groups.append((titles[kind], [(f"{kind}:{thing.number}", label(kind, thing)) for thing in rows]))
    return groups


def find(customer: User, written: str) -> About:
    """What is written, if it is the customer's; else nothing."""
    kind, _colon, number = written.partition(":")
    own = _own(customer)
    if kind not in own or not number:
        return About()
    things, field = own[kind]
    return About(**{kind: things.filter(**{field: number}).first()})


def written(about: About) -> str:
    for kind in ("invoice", "license", "order"):
        if (thing := getattr(about, kind)) is not None:
            return f"{kind}:{thing.number}"
    return ""


def label(kind: str, thing: Any) -> str:
    return f"{thing.number}, {thing.product_title}" if kind == "license" else str(thing.number)


def links_of(conversation: Conversation) -> Iterable[tuple[str, str, str]]:
    """What it is about: kind in words, name, address of its page in the account. Only what is still the customer's."""
    own = conversation.customer_id
    if conversation.invoice and conversation.invoice.customer_id == own:
        number = conversation.invoice.number
        yield _("Invoice"), number, reverse("account-invoice", args=[number])
    if conversation.license and conversation.license.customer_id == own:
        page = reverse("account-license", args=[conversation.license.public_id])
        yield _("License"), label("license", conversation.license), page
    if conversation.order and conversation.order.user_id == own:
        number = conversation.order.number
        yield _("Order"), number, reverse("account-order", args=[number])
