"""Links to licenses: signed ones that work without a log-in, and absolute ones for mails."""

from __future__ import annotations

from urllib.parse import quote

from django.core import signing
from django.urls import reverse

from storefront.core.language import absolute_url
from storefront.licensing.bitrix24.config import portal_origin
from storefront.licensing.models import Handover, License

_HANDOVER = signing.Signer(sep=".", salt="storefront.licensing.handover")
_STOP = signing.Signer(sep=".", salt="storefront.licensing.subscription-stop")
_EXTEND = signing.TimestampSigner(sep=".", salt="storefront.licensing.extend")
#: Longer than the earliest notice of a coming end (30 days); a link from an old browser history opens nothing.
EXTEND_LINK_SECONDS = 45 * 24 * 3600


def extend_token(license: License) -> str:
    """Names the license to extend, and nothing else: price and cart are decided when the link is opened."""
    return _EXTEND.sign(license.public_id)


def read_extend_token(token: str) -> str | None:
    """The public id of the license that an extend token names; None if forged or expired."""
    try:
        return _EXTEND.unsign(token, max_age=EXTEND_LINK_SECONDS)
    except signing.BadSignature:
        return None


def extend_path(license: License) -> str:
    """Opens the cart with the same period for this license (URL name ``cart-extend``)."""
    return reverse("cart-extend", kwargs={"token": extend_token(license)})


def extend_url(license: License) -> str:
    """``extend_path`` as an absolute address, in the customer's language."""
    return absolute_url("cart-extend", language=license.customer.language, token=extend_token(license))


def handover_url(handover: Handover) -> str:
    """Where the receiver of a license answers, absolute, in the language of the mail."""
    token = _HANDOVER.sign(handover.public_id)
    return absolute_url("license-handover", language=handover.language, token=token)


def read_handover_token(token: str) -> str | None:
    """The public id of the offer that a token names; None if forged. How long it is good for, the offer says."""
    try:
        return _HANDOVER.unsign(token)
    except signing.BadSignature:
        return None


def subscription_stop_url(subscription: str, language: str) -> str:
    """Where a subscription, named by its public id, is stopped without a log-in; absolute. It opens nothing else, and
    never lapses: a link in an old mail still stops what it names."""
    return absolute_url("subscription-stop", language=language, token=_STOP.sign(subscription))


def read_subscription_stop_token(token: str) -> str | None:
    """The public id of the subscription that a token names; None if forged."""
    try:
        return _STOP.unsign(token)
    except signing.BadSignature:
        return None


def app_path(bitrix24_code: str) -> str:
    """Opens the application inside a portal; "" if the portal's code for it is unknown (see ``config.bitrix24_code``).

    https://apidocs.bitrix24.com/api-reference/widgets/universal/app-url.html
    """
    return f"/marketplace/view/{quote(bitrix24_code, safe='')}/" if bitrix24_code else ""


def app_url(host: str, bitrix24_code: str) -> str:
    """The application in the portal at ``host``, or the portal itself if ``app_path`` is unknown."""
    return portal_origin(host) + (app_path(bitrix24_code) or "/")


def license_url(license: License) -> str:
    """The license in its customer's account, absolute, in their language."""
    return absolute_url("account-license", language=license.customer.language, public_id=license.public_id)


def licenses_url(language: str) -> str:
    """All licenses in the account, absolute."""
    return absolute_url("account-licenses", language=language)
