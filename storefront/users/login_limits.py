"""How often passwords may be tried, so that guessing stops and nobody can keep the owner out.

Tries are counted for an account from one address, for an address, and (slower) for an account from anywhere. A device
that has logged in to the account before is counted by itself alone: it has a signed cookie that says so
(https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies). Whoever is stopped on a new
device still gets in by the link that sets a new password. An unknown e-mail is counted like a known one.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from storefront.core import references, throttle, visitor
from storefront.users import services
from storefront.users.models import User

COOKIE = "device"
COOKIE_AGE = 365 * 24 * 3600
#: People who share a device.
MOST_ACCOUNTS = 5
_SALT = "storefront.users.device"


def count(request: HttpRequest, email: str) -> None:
    """Count one try of a password for the account with this e-mail.

    :raises throttle.Throttled: too many tries
    """
    device = _device(request, email)
    if device:
        throttle.hit_key("login-device", device)
        return
    address, account = visitor.throttle_key(request), services.normalise_email(email)
    throttle.hit_key("login-address", address)
    throttle.hit_key("login", f"{account} {address}")
    throttle.hit_key("login-account", account)


def forgive(request: HttpRequest, email: str) -> None:
    """The password was right: the tries before it, of this visitor for this account, were slips."""
    address, account = visitor.throttle_key(request), services.normalise_email(email)
    throttle.forget_key("login", f"{account} {address}")
    device = _device(request, email)
    if device:
        throttle.forget_key("login-device", device)


def remember_device(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Note in the visitor's browser that ``user`` has proven here to be the owner of the account."""
    known = _known(request)
    first = [user.pk, known.get(user.pk) or references.public_id()]
    others = [[pk, device] for pk, device in known.items() if pk != user.pk]
    response.set_cookie(
        COOKIE,
        signing.dumps([first, *others][:MOST_ACCOUNTS], salt=_SALT),
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _device(request: HttpRequest, email: str) -> str:
    """What a device that knows the account is counted by; "" for any other."""
    account = services.find_by_email(email)
    if account is None:
        return ""
    if request.user.is_authenticated and request.user.pk == account.pk:
        return f"session {request.session.session_key}"  # asked for the password once more
    device = _known(request).get(account.pk, "")
    return f"{account.pk} {device}" if device else ""


def _known(request: HttpRequest) -> dict[int, str]:
    """The accounts that have logged in on this device, with its name for each."""
    try:
        entries = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_AGE)
    except signing.BadSignature:
        return {}
    return {int(pk): str(device) for pk, device in entries}
