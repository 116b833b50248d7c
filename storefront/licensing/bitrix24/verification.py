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
from storefront.gateways.errors import Declined, GatewayError
from storefront.licensing.bitrix24.config import app_by_client, client

logger = logging.getLogger(__name__)

_LONGEST = 3600  # seconds; no access token lives longer


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
    the token's life, unless ``is_fresh`` asks for today's. ``visitor`` is the caller's throttle key; failures are
    counted for it and for the portal.

    :raises Refused: a definite no
    :raises Unverified: no answer
    :raises throttle.Throttled: too many failures
    """
    key = "bitrix24-visit:" + hashlib.sha256(access_token.encode()).hexdigest()
    known = None if is_fresh else cache.get(key)
    if known is not None:
        return _for_portal(Visit(**known), member_id)
    _check_failures(visitor, member_id)
    try:
        visit, is_complete = _ask(access_token, member_id, server_endpoint)
    except Refused as refused:
        logger.warning("Bitrix24 request refused: %s", refused.code)
        _count_failure(visitor, member_id)
        raise
    if is_complete:
        seconds = min(_LONGEST, (visit.expires_at - clock.now()).total_seconds())
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
    """
    try:
        return client().profile(contact.host, access_token), True
    except AccessDenied:
        return None, True
    except GatewayError as exc:
        logger.info("portal did not confirm a user: %s", exc.code)
        return None, False


def _for_portal(visit: Visit, member_id: str) -> Visit:
    if not compare_digest(visit.member_id, member_id):
        raise Refused("foreign_portal")
    return visit


def _check_failures(visitor: str, member_id: str) -> None:
    if visitor:
        throttle.check_key("bitrix24-verify", visitor)
    throttle.check_key("bitrix24-verify-portal", member_id)


def _count_failure(visitor: str, member_id: str) -> None:
    if visitor:
        throttle.hit_key("bitrix24-verify", visitor)
    throttle.hit_key("bitrix24-verify-portal", member_id)
