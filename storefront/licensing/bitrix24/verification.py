"""Finding out whose request this is. Only the authorization server can say; a request proves nothing about itself."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import asdict, dataclass
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
from storefront.licensing.bitrix24.installations import Visit
from storefront.licensing.states import PortalRole

logger = logging.getLogger(__name__)

_LONGEST = 3600  # seconds; no access token lives longer
#: Seconds a person waits for their portal, and seconds in which nobody asks a portal again that did not answer: a page
#: that asked a stranger's slow server on every reload would occupy a web worker each time. A user who comes meanwhile
#: is told that their role is unknown, never that they have none.
_PATIENCE, _LEFT_ALONE = 3, 60
_SILENCE = frozenset({"timeout", "network", "dns"})
#: Answers that contradict the address: another server, another portal, or none.
_NOT_THERE = (InvalidToken, ExpiredToken, AppRemoved, PortalMoved, PortalGone)


class Refused(Exception):
    """The token is dead, or belongs to another application or portal. ``code`` is for logs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unverified(Exception):
    """No answer could be had now. Neither grant nor revoke anything because of it."""


def verify(
    *, access_token: str, member_id: str, server_endpoint: str, visitor: str = "", is_fresh: bool = False
) -> Visit:
    """Prove that a token belongs to one of our applications on the portal ``member_id``.

    Never call it inside a transaction: it calls the authorization server and then the portal. A positive answer is
    cached for the token's life. If the portal did not answer, it is cached for a minute if the portal was silent, and
    otherwise not at all.

    :param visitor: throttle key of the caller. Every outside question counts against it and against the portal,
        whatever the answer
    :param is_fresh: ignore the cache
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
        visit, keep_seconds = _ask(access_token, member_id, server_endpoint)
    except Refused as refused:
        logger.warning("Bitrix24 request refused: %s", refused.code)
        raise
    seconds = min(keep_seconds, (visit.expires_at - clock.now()).total_seconds())
    if seconds > 0:
        cache.set(key, asdict(visit), seconds)
    return visit


def _ask(access_token: str, member_id: str, server_endpoint: str) -> tuple[Visit, int]:
    """The visit, and for how many seconds it may be cached."""
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
    answer = _ask_portal(contact, access_token)
    visit = Visit(
        client_id=contact.client_id,
        app_code=app.code,
        member_id=contact.member_id,
        host=contact.host,
        user_id=answer.user_id or contact.user_id,
        is_installed=contact.is_installed,
        role=answer.role,
        is_host_proven=answer.is_host_proven,
        scope=" ".join(contact.scope),
        authorization_server=contact.authorization_server,
        expires_at=contact.expires_at,
    )
    return visit, answer.keep_seconds


@dataclass(frozen=True, slots=True)
class _PortalAnswer:
    """What the portal said about the token's user and about itself. ``user_id`` is 0 if it said nothing."""

    role: PortalRole
    is_host_proven: bool
    user_id: int = 0
    keep_seconds: int = 0


def _ask_portal(contact: VerifiedContact, access_token: str) -> _PortalAnswer:
    """Ask the portal who the token's user is. Any answer but yes or no means unknown.

    QUERY_LIMIT_EXCEEDED, 403 (no REST in the portal's plan), 5xx and HTML are ordinary answers of every method:
    https://apidocs.bitrix24.com/limits.html, https://apidocs.bitrix24.com/first-steps/access-to-rest-api.html.
    A self-hosted Bitrix24 with a name that only its company's network resolves is not called.
    """
    silent = f"bitrix24-silent:{contact.host}"
    if not contact.is_public:
        return _PortalAnswer(PortalRole.UNKNOWN, is_host_proven=False, keep_seconds=_LEFT_ALONE)
    if cache.get(silent):
        return _PortalAnswer(PortalRole.UNKNOWN, is_host_proven=contact.is_cloud, keep_seconds=_LEFT_ALONE)
    try:
        profile = client(seconds=_PATIENCE).profile(contact.host, access_token)
    except GatewayError as exc:
        logger.info("portal did not say who its user is: %s", exc.code)
        is_silent = isinstance(exc, Unavailable) and exc.code in _SILENCE
        if is_silent:
            cache.set(silent, True, _LEFT_ALONE)
        is_host_proven = contact.is_cloud and not isinstance(exc, _NOT_THERE)
        return _PortalAnswer(PortalRole.UNKNOWN, is_host_proven, keep_seconds=_LEFT_ALONE if is_silent else 0)
    role = PortalRole.ADMIN if profile.is_admin else PortalRole.EMPLOYEE
    return _PortalAnswer(role, is_host_proven=True, user_id=profile.user_id, keep_seconds=_LONGEST)


def _for_portal(visit: Visit, member_id: str) -> Visit:
    if not compare_digest(visit.member_id, member_id):
        raise Refused("foreign_portal")
    return visit


def _count(visitor: str, member_id: str) -> None:
    if visitor:
        throttle.hit_key("bitrix24-verify", visitor)
    throttle.hit_key("bitrix24-verify-portal", member_id)
