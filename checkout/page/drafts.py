"""What the form starts with: what was typed before, what the last order said, what the profile knows."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest

from checkout.cart.loading import Cart
from checkout.models import PurchaseDetails
from checkout.page import portal
from storefront.users.models import User

_KEY = "checkout_draft"
_FIELDS = ("name", "company", "phone", "email", portal.FIELD)
_LONGEST = 300


def keep(request: HttpRequest, data: Mapping[str, str]) -> None:
    """Keep typed fields in the session, for instance over a log-in. ``data`` holds the portal's host, never the
    typed address (see forms.without_raw_address)."""
    request.session[_KEY] = {name: str(data.get(name, ""))[:_LONGEST] for name in _FIELDS}


def forget(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)


def initial(request: HttpRequest, cart: Cart, customer: User | None) -> dict[str, str]:
    """The form's first values; a license to extend names its portal, whatever was ordered last."""
    values = _of_customer(customer) if customer else {}
    typed = request.session.get(_KEY)
    if isinstance(typed, dict):
        values |= {name: typed[name] for name in _FIELDS if typed.get(name)}
    extended = [line.license.portal_address for line in cart.on_sale if line.license and line.license.portal_address]
    if extended:
        values[portal.FIELD] = extended[0]
    return values


def _of_customer(customer: User) -> dict[str, str]:
    last = PurchaseDetails.objects.filter(order__user=customer).order_by("-pk").first()
    if last is None:
        return {"name": customer.name, "company": customer.company, "phone": customer.phone}
    return {
        "name": last.name,
        "company": last.company,
        "phone": last.phone,
        portal.FIELD: last.portal_address,
    }
