"""Limits on password attempts that stop guessing and cannot be used to lock the owner out.

Attempts are counted per account and address, per address, and (slower) per account from anywhere. A device that has
logged in to the account before has a signed cookie and is counted on its own
(https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies). An owner who is stopped on a
new device still gets in by the link that sets a new password. Unknown e-mails are counted like known ones.
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
#: Accounts remembered on one device.
MOST_ACCOUNTS = 5
_SALT = "storefront.users.device"


def count(request: HttpRequest, email: str) -> None:
    """Count one password attempt for the account with this e-mail.

    :raises throttle.Throttled: too many attempts
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
    """The password was right: forget this visitor's earlier attempts for this account."""
    address, account = visitor.throttle_key(request), services.normalise_email(email)
    throttle.forget_key("login", f"{account} {address}")
    device = _device(request, email)
    if device:
        throttle.forget_key("login-device", device)


def remember_device(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Set the cookie that says that ``user`` has logged in on this device."""
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
    """The key of a device that has logged in to the account; "" for any other."""
    account = services.find_by_email(email)
    if account is None:
        return ""
    if request.user.is_authenticated and request.user.pk == account.pk:
        return f"session {request.session.session_key}"  # reauthentication
    device = _known(request).get(account.pk, "")
    return f"{account.pk} {device}" if device else ""


def _known(request: HttpRequest) -> dict[int, str]:
    """The accounts that have logged in on this device, each with the device's id."""
    try:
        entries = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_AGE)
    except signing.BadSignature:
        return {}
    return {int(pk): str(device) for pk, device in entries}
