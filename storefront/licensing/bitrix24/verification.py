"""Whose request is this? Only the authorization server can say; what a request says about itself proves nothing."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from hmac import compare_digest

from django.core.cache import cache

from storefront.core import clock, throttle
from storefront.gateways.bitrix24 import (
    AppRemoved,
    ExpiredToken,
    InvalidToken,
    PortalGone,
    PortalMoved,
    VerifiedContact,
)
from storefront.gateways.errors import Declined, GatewayError, Unavailable
from storefront.licensing.bitrix24.config import app_by_client, client
from storefront.licensing.states import PortalRole

logger = logging.getLogger(__name__)

_LONGEST = 3600  # seconds; no access token lives longer
#: Seconds a person waits for their portal, and seconds a portal that did not answer is left alone by everybody: a page
#: that asks a stranger's slow server at every reload would hold a web worker each time. Whoever comes meanwhile is
#: told that it is not known who they are, never that they are nobody.
_PATIENCE, _LEFT_ALONE = 3, 60
_SILENCE = frozenset({"timeout", "network", "dns"})
#: Answers that speak against the address: another server, another portal, or none.
_NOT_THERE = (InvalidToken, ExpiredToken, AppRemoved, PortalMoved, PortalGone)


class Refused(Exception):
    """The token is dead, or belongs to another application or portal. ``code`` is for logs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unverified(Exception):
    """Nobody could say now. Neither grant nor revoke anything because of it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A proven contact. ``role`` is what the portal itself said of its user, at ``host``.

    ``is_host_proven``: a server at ``host``, reached by our own look-up, accepted the token, so the portal cannot
    have reported somebody else's address; or ``host`` is a cloud address, which nobody but Bitrix24 can give, and
    nothing there spoke against it. ``expires_at`` is the token's end, UTC.
    """

    client_id: str
    app_code: str
    member_id: str
    host: str
    user_id: int
    is_installed: bool
    role: PortalRole
    is_host_proven: bool
    scope: str
    authorization_server: str
    expires_at: datetime


def verify(
    *, access_token: str, member_id: str, server_endpoint: str, visitor: str = "", is_fresh: bool = False
) -> Visit:
    """Prove that a token belongs to one of our applications on the portal ``member_id``.

    Never inside a transaction: it calls the authorization server and then the portal. A positive answer is kept for
    the token's life, unless ``is_fresh`` asks for today's; one in which the portal has not said its part for a minute
    if it was silent, else not at all.
    ``visitor`` is the caller's throttle key; every question that has to be asked counts for it and for the portal,
    however it is answered.

    :raises Refused: a definite no
    :raises Unverified: no answer
    :raises throttle.Throttled: too many questions
    """
    key = "bitrix24-visit-by-role:" + hashlib.sha256(access_token.encode()).hexdigest()
    known = None if is_fresh else cache.get(key)
    if known is not None:
        return _for_portal(Visit(**known), member_id)
    _count(visitor, member_id)
    try:
        visit, longest = _ask(access_token, member_id, server_endpoint)
    except Refused as refused:
        logger.warning("Bitrix24 request refused: %s", refused.code)
        raise
    seconds = min(longest, (visit.expires_at - clock.now()).total_seconds())
    if seconds > 0:
        cache.set(key, asdict(visit), seconds)
    return visit


def _ask(access_token: str, member_id: str, server_endpoint: str) -> tuple[Visit, int]:
    """The visit, and for how many seconds it may be kept."""
    try:
        contact = client().verify_token(access_token, server_endpoint)
    except Declined as exc:
        raise Refused(exc.code or "declined") from None
    except GatewayError as exc:
        raise Unverified(exc.code) from None
    app = app_by_client(contact.client_id)
    if app is None:
        raise Refused("foreign_app")
    if not compare_digest(contact.member_id, member_id):
        raise Refused("foreign_portal")
    said = _ask_portal(contact, access_token)
    visit = Visit(
        client_id=contact.client_id,
        app_code=app.code,
        member_id=contact.member_id,
        host=contact.host,
        user_id=said.user_id or contact.user_id,
        is_installed=contact.is_installed,
        role=said.role,
        is_host_proven=said.is_host_proven,
        scope=" ".join(contact.scope),
        authorization_server=contact.authorization_server,
        expires_at=contact.expires_at,
    )
    return visit, said.keep_seconds


@dataclass(frozen=True, slots=True)
class _Said:
    """What the portal said of the token's user and of itself. ``user_id`` 0: nothing."""

    role: PortalRole
    is_host_proven: bool
    user_id: int = 0
    keep_seconds: int = 0


def _ask_portal(contact: VerifiedContact, access_token: str) -> _Said:
    """Ask the portal who the token's user is. Any answer but yes or no means that it is not known.

    QUERY_LIMIT_EXCEEDED, 403 where the plan has no REST, 5xx and HTML are ordinary answers of every method:
    https://apidocs.bitrix24.com/limits.html, https://apidocs.bitrix24.com/first-steps/access-to-rest-api.html.
    A box in a company's network has a name that only its people reach: it is not called.
    """
    silent = f"bitrix24-silent:{contact.host}"
    if not contact.is_public:
        return _Said(PortalRole.UNKNOWN, is_host_proven=False, keep_seconds=_LEFT_ALONE)
    if cache.get(silent):
        return _Said(PortalRole.UNKNOWN, is_host_proven=contact.is_cloud, keep_seconds=_LEFT_ALONE)
    try:
        profile = client(seconds=_PATIENCE).profile(contact.host, access_token)
    except GatewayError as exc:
        logger.info("portal did not say who its user is: %s", exc.code)
        is_silent = isinstance(exc, Unavailable) and exc.code in _SILENCE
        if is_silent:
            cache.set(silent, True, _LEFT_ALONE)
        is_host_proven = contact.is_cloud and not isinstance(exc, _NOT_THERE)
        return _Said(PortalRole.UNKNOWN, is_host_proven, keep_seconds=_LEFT_ALONE if is_silent else 0)
    role = PortalRole.ADMIN if profile.is_admin else PortalRole.EMPLOYEE
    return _Said(role, is_host_proven=True, user_id=profile.user_id, keep_seconds=_LONGEST)


def _for_portal(visit: Visit, member_id: str) -> Visit:
    if not compare_digest(visit.member_id, member_id):
        raise Refused("foreign_portal")
    return visit


def _count(visitor: str, member_id: str) -> None:
    if visitor:
        throttle.hit_key("bitrix24-verify", visitor)
    throttle.hit_key("bitrix24-verify-portal", member_id)
