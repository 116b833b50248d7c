"""What the form starts with: what was typed before, what the last order said, what the profile knows.

Typed fields are kept in the session for seven days, and no longer than until the order is placed or the customer logs
out (a log-out ends the session).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from checkout.cart.loading import Cart
from checkout.models import PurchaseDetails
from checkout.page import portal
from checkout.page.forms import BOX_PREFIX, without_raw_address
from storefront.core import clock
from storefront.users.models import User

KEPT_FOR = timedelta(days=7)
_KEY = "checkout_draft"
_FIELDS = ("name", "company", "phone", "email", portal.FIELD)
_LONGEST = 300
_MOST_BOXES = 50


def keep(request: HttpRequest) -> None:
    """Keep the posted fields and ticks in the session; of the address only the host it is read as."""
    data = without_raw_address(request.POST, portal.read_posted(request.POST))
    request.session[_KEY] = {
        "fields": {name: str(data.get(name, ""))[:_LONGEST] for name in _FIELDS},
        "ticks": _ticks(data),
        "kept_at": clock.now().timestamp(),
    }
    if not request.user.is_authenticated:
        # The row itself goes then, too: see Django's clearsessions.
        request.session.set_expiry(int(KEPT_FOR.total_seconds()))


def forget(request: HttpRequest) -> None:
    """Called before the log-in that follows a first order, which gets a session of the usual length."""
    if request.session.pop(_KEY, None) is not None and not request.user.is_authenticated:
        request.session.set_expiry(None)


def initial(request: HttpRequest, cart: Cart, customer: User | None) -> dict[str, str]:
    """The form's first values, ticks by the version they were set for; a license to extend names its portal,
    whatever was ordered last."""
    values = _of_customer(customer) if customer else {}
    draft = _draft(request)
    values |= {name: text for name, text in draft.get("fields", {}).items() if text}
    values |= draft.get("ticks", {})
    extended = [line.license.portal_address for line in cart.on_sale if line.license and line.license.portal_address]
    if extended:
        values[portal.FIELD] = extended[0]
    return values


def _ticks(data: Mapping[str, str]) -> dict[str, str]:
    """Ticked boxes; the value of each is the version of the agreement that was shown beside it."""
    names = [name for name in data if name.startswith(BOX_PREFIX)][:_MOST_BOXES]
    return {name: str(data[name])[:20] for name in names}


def _draft(request: HttpRequest) -> dict[str, Any]:
    draft = request.session.get(_KEY)
    if not isinstance(draft, dict) or "kept_at" not in draft:
        return {}
    if clock.now().timestamp() - draft["kept_at"] > KEPT_FOR.total_seconds():
        forget(request)
        return {}
    return draft


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
