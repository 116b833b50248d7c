"""Links about licenses: signed ones that work without a log-in, and absolute ones for mails."""

from __future__ import annotations

from urllib.parse import quote

from django.core import signing
from django.urls import reverse

from storefront.core.language import absolute_url
from storefront.licensing.bitrix24.config import portal_origin
from storefront.licensing.models import License

_EXTEND = signing.TimestampSigner(sep=".", salt="storefront.licensing.extend")
#: Longer than the first notice of a coming end is early (30 days); a link found in an old history opens nothing.
EXTEND_LINK_SECONDS = 45 * 24 * 3600


def extend_token(license: License) -> str:
    """Names the license to extend and nothing else: what it costs and whose cart it is the cart decides."""
    return _EXTEND.sign(license.public_id)


def read_extend_token(token: str) -> str | None:
    """The public id of the license an extend token names, or None if forged or too old."""
    try:
        return _EXTEND.unsign(token, max_age=EXTEND_LINK_SECONDS)
    except signing.BadSignature:
        return None


def extend_path(license: License) -> str:
    """Opens the cart with the same term and this license in it (URL name ``cart-extend``)."""
    return reverse("cart-extend", kwargs={"token": extend_token(license)})


def extend_url(license: License) -> str:
    """``extend_path`` as an absolute address, in the customer's language."""
    return absolute_url("cart-extend", language=license.customer.language, token=extend_token(license))


def app_path(bitrix24_code: str) -> str:
    """Opens the application inside a portal; "" if it is not known what portals call it (``config.bitrix24_code``).

    https://apidocs.bitrix24.com/api-reference/widgets/universal/app-url.html
    """
    return f"/marketplace/view/{quote(bitrix24_code, safe='')}/" if bitrix24_code else ""


def app_url(host: str, bitrix24_code: str) -> str:
    """``app_path`` in the portal at ``host``, or the portal itself where there is none."""
    return portal_origin(host) + (app_path(bitrix24_code) or "/")


def license_url(license: License) -> str:
    """The license in its customer's account, absolute, in his language."""
    return absolute_url("account-license", language=license.customer.language, public_id=license.public_id)


def licenses_url(language: str) -> str:
    """All licenses in the account, absolute."""
    return absolute_url("account-licenses", language=language)
