"""Initial values of the checkout form: what was typed before, else the last order, else the profile.

Typed fields are kept in the session for seven days, at most until the order is placed or the customer logs out (which
ends the session). If the visitor asks for a link to the cart by mail, they are kept with that reminder too
(``checkout.reminders``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from checkout.cart.cart import Cart
from checkout.cart.session import find_basket
from checkout.models import PurchaseDetails
from checkout.page import portal_field
from checkout.page.forms import BOX_PREFIX, EARLY_START, REMIND, without_raw_address
from checkout.reminders import services as reminders
from checkout.reminders.services import KEPT_FOR
from storefront.billing.payer_details import PayerKind
from storefront.billing.payer_fields import NUMBERS
from storefront.billing.payer_forms import NEW
from storefront.core import clock
from storefront.core.user_input import emails
from storefront.users.models import User

_KEY = "checkout_draft"
_PAYER = ("payer", "kind", "country", "company", "address", "postcode", "city", *NUMBERS)
_FIELDS = ("name", "phone", "email", portal_field.FIELD, "holder_email", *_PAYER)
_LONGEST = 300
_MOST_BOXES = 50


def keep(request: HttpRequest) -> None:
    """Keep the posted fields and ticks in the session; of the portal address only the host it was read as."""
    data = without_raw_address(request.POST, portal_field.read_posted(request.POST))
    draft = {
        "fields": {name: _storable(data.get(name, "")) for name in _FIELDS},
        "ticks": _ticks(data),
        REMIND: REMIND in data,
    }
    _put(request, draft, kept_at=clock.now())
    _update_reminder(request, draft)


def put_back(request: HttpRequest, draft: Mapping[str, Any], *, kept_at: datetime) -> None:
    """Restore in this browser what was typed in another; its seven days do not start again."""
    _put(request, draft, kept_at=kept_at)


def _put(request: HttpRequest, draft: Mapping[str, Any], *, kept_at: datetime) -> None:
    request.session[_KEY] = {**draft, "kept_at": kept_at.timestamp()}
    if not request.user.is_authenticated:
        # The session's row expires too; clearsessions deletes it.
        request.session.set_expiry(int(KEPT_FOR.total_seconds()))


def put_country(request: HttpRequest, country: str) -> None:
    """Let ``country`` take the place of the one typed before, if anything was."""
    if draft := _draft(request):
        draft["fields"]["country"] = country
        request.session[_KEY] = draft


def forget(request: HttpRequest) -> None:
    """Drop the draft and restore the usual session length. Call it before the log-in that follows a first order."""
    if request.session.pop(_KEY, None) is not None and not request.user.is_authenticated:
        request.session.set_expiry(None)


def initial(request: HttpRequest, cart: Cart, customer: User | None) -> dict[str, Any]:
    """Initial values by field name; a tick's value is the version of the agreement it was set for.

    The portal of the customer's own license to be extended goes before the one of the last order.
    """
    values: dict[str, Any] = _of_customer(customer) if customer else {}
    draft = _draft(request)
    # A customer may have ticked the box in another browser.
    values[REMIND] = draft[REMIND] if REMIND in draft else customer is not None and reminders.is_requested(cart.basket)
    typed = {name: text for name, text in draft.get("fields", {}).items() if text}
    values |= typed
    if "payer" not in typed and typed.get("country"):  # by a visitor, who has logged in since
        values["payer"] = NEW
    values |= draft.get("ticks", {})
    licenses = [line.license for line in cart.on_sale if line.license and line.license.portal_address]
    if own := [license for license in licenses if customer is not None and license.customer_id == customer.pk]:
        values[portal_field.FIELD] = own[0].portal_address
    return values


def _update_reminder(request: HttpRequest, draft: Mapping[str, Any]) -> None:
    """Create or delete the reminder for this cart, as the box says now."""
    basket = find_basket(request)
    if basket.pk is None:
        return
    user = request.user
    email = user.email if isinstance(user, User) and user.is_authenticated else draft["fields"]["email"]
    if draft[REMIND] and _is_address(email):
        reminders.request_reminder(basket=basket, email=email, draft=draft, language=get_language() or "en")
    else:
        reminders.cancel(basket=basket)


def _storable(text: object) -> str:
    """JSON in PostgreSQL has no NUL."""
    return str(text).replace("\0", "")[:_LONGEST]


def _is_address(text: str) -> bool:
    try:
        return bool(emails.read(text))
    except emails.EmailError:
        return False


def _ticks(data: Mapping[str, str]) -> dict[str, str]:
    """Ticked boxes, each with the version of the text that was shown beside it."""
    names = [name for name in data if name.startswith(BOX_PREFIX) or name == EARLY_START][:_MOST_BOXES]
    return {_storable(name): _storable(data[name])[:20] for name in names}


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
    known = last or customer
    kind = PayerKind.COMPANY if known.company else PayerKind.PERSON
    values = {"name": known.name, "company": known.company, "phone": known.phone, "kind": kind.value}
    return values | ({portal_field.FIELD: last.portal_address} if last else {})
