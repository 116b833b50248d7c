"""Whose request is this? Only the authorization server can say; what a request says about itself proves nothing."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import asdict, dataclass
from datetime import datetime
from hmac import compare_digest

from django.core.cache import cache

from storefront.core import clock, throttle
from storefront.gateways.bitrix24 import AccessDenied, Profile, VerifiedContact
from storefront.gateways.errors import Declined, GatewayError, Unavailable
from storefront.licensing.bitrix24.config import app_by_client, client

logger = logging.getLogger(__name__)

_LONGEST = 3600  # seconds; no access token lives longer
#: Seconds a person waits for his portal, and seconds a portal that did not answer is left alone by everybody: a page
#: that asks a stranger's slow server at every reload would hold a web worker each time.
_PATIENCE, _LEFT_ALONE = 3, 60


class Refused(Exception):
    """The token is dead, or belongs to another application or portal. ``code`` is for logs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unverified(Exception):
    """Nobody could say now. Neither grant nor revoke anything because of it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A proven contact. ``is_admin`` and ``is_host_proven`` are what the portal itself said at ``host``.

    ``is_host_proven``: a server at ``host``, reached by our own look-up, accepted the token, so the portal cannot
    have reported somebody else's address. ``expires_at`` is the token's end, UTC.
    """

    client_id: str
    app_code: str
    member_id: str
    host: str
    user_id: int
    is_installed: bool
    is_admin: bool
    is_host_proven: bool
    scope: str
    authorization_server: str
    expires_at: datetime


def verify(
    *, access_token: str, member_id: str, server_endpoint: str, visitor: str = "", is_fresh: bool = False
) -> Visit:
    """Prove that a token belongs to one of our applications on the portal ``member_id``.

    Never inside a transaction: it calls the authorization server and then the portal. A positive answer is kept for
    the token's life (for a minute if the portal did not say its part), unless ``is_fresh`` asks for today's.
    ``visitor`` is the caller's throttle key; every question that has to be asked counts for it and for the portal,
    however it is answered.

    :raises Refused: a definite no
    :raises Unverified: no answer
    :raises throttle.Throttled: too many questions
    """
    key = "bitrix24-visit:" + hashlib.sha256(access_token.encode()).hexdigest()
    known = None if is_fresh else cache.get(key)
    if known is not None:
        return _for_portal(Visit(**known), member_id)
    _count(visitor, member_id)
    try:
        visit, is_complete = _ask(access_token, member_id, server_endpoint)
    except Refused as refused:
        logger.warning("Bitrix24 request refused: %s", refused.code)
        raise
    longest = _LONGEST if is_complete else _LEFT_ALONE
    seconds = min(longest, (visit.expires_at - clock.now()).total_seconds())
    if seconds > 0:
        cache.set(key, asdict(visit), seconds)
    return visit


def _ask(access_token: str, member_id: str, server_endpoint: str) -> tuple[Visit, bool]:
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
    profile, is_complete = _profile(contact, access_token)
    return (
        Visit(
            client_id=contact.client_id,
            app_code=app.code,
            member_id=contact.member_id,
            host=contact.host,
            user_id=profile.user_id if profile else contact.user_id,
            is_installed=contact.is_installed,
            is_admin=bool(profile and profile.is_admin),
            is_host_proven=profile is not None,
            scope=" ".join(contact.scope),
            authorization_server=contact.authorization_server,
            expires_at=contact.expires_at,
        ),
        is_complete,
    )


def _profile(contact: VerifiedContact, access_token: str) -> tuple[Profile | None, bool]:
    """What the portal says of the token's user, and whether that is its last word.

    A portal on a free plan refuses REST: its people see the page all the same, without what only administrators see.
    So they do while their portal does not answer.
    """
    silent = f"bitrix24-silent:{contact.host}"
    if cache.get(silent):
        return None, False
    try:
        return client(seconds=_PATIENCE).profile(contact.host, access_token), True
    except AccessDenied:
        return None, True
    except Unavailable as exc:
        logger.info("portal did not answer: %s", exc.code)
        cache.set(silent, True, _LEFT_ALONE)
        return None, False
    except GatewayError as exc:
        logger.info("portal did not confirm a user: %s", exc.code)
        return None, False


def _for_portal(visit: Visit, member_id: str) -> Visit:
    if not compare_digest(visit.member_id, member_id):
        raise Refused("foreign_portal")
    return visit


def _count(visitor: str, member_id: str) -> None:
    if visitor:
        throttle.hit_key("bitrix24-verify", visitor)
    throttle.hit_key("bitrix24-verify-portal", member_id)
