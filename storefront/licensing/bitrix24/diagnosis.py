"""Why a license does not work: what is known, and what its portal answers when it is asked now. Changes nothing.

The tokens are used as they are, never refreshed: a pair can be exchanged once, and that is the worker's to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum

from storefront.core import clock
from storefront.core.log_masking import mask
from storefront.gateways.bitrix24 import AccessDenied, AppRemoved, ExpiredToken, InvalidToken, PortalGone, PortalMoved
from storefront.gateways.errors import Declined, GatewayError
from storefront.licensing.bindings import binding_of
from storefront.licensing.bitrix24 import portal_status
from storefront.licensing.bitrix24.config import client
from storefront.licensing.models import Installation, License
from storefront.licensing.queries import effective_status
from storefront.licensing.states import EffectiveStatus
from storefront.notifications.models import OutboxMessage, OutboxStatus

#: How long the one question may take, seconds; less where the request has less left (see ``core.time_limits``).
PATIENCE = 8.0
_QUIET = timedelta(days=30)
_COMPARED = 500


class Level(StrEnum):
    """``NOTE``: known, but neither good nor bad."""

    GOOD = "good"
    NOTE = "note"
    DOUBT = "doubt"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``code`` says what was found, ``detail`` goes with it."""

    code: str
    level: Level
    detail: str = ""


def diagnose(license: License) -> list[Check]:
    """Everything that can be known without asking anybody."""
    checks = [_state(license)]
    if binding_of(license.binding_kind).asks_portal_address:
        checks += _portal(license)
    return checks


def ask(license: License) -> Check | None:
    """Ask the license's portal now, with the token that we have; None if there is nobody to ask.

    It takes at most ``PATIENCE`` seconds, whatever the portal does. Never call it inside a transaction.
    """
    installation = installation_of(license)
    if installation is None or not installation.access_token:
        return None
    try:
        profile = client(seconds=PATIENCE).profile(installation.host, installation.access_token)
    except GatewayError as exc:
        return _refusal(exc)
    return Check("answers", Level.GOOD, "administrator" if profile.is_admin else "employee")


def installation_of(license: License) -> Installation | None:
    """The installation that a license is linked to, or the one at the address it names."""
    bound = license.activations.filter(released_at=None).select_related("installation").first()
    if bound is not None:
        return bound.installation
    if not license.portal_address or not license.software.bitrix24_app_code:
        return None
    named = Installation.objects.filter(
        app_code=license.software.bitrix24_app_code, host=license.portal_address
    )  # fmt: skip
    return named.order_by("-is_host_proven", "-is_installed", "-verified_at").first()


def _state(license: License) -> Check:
    status = effective_status(license, clock.now())
    level = {
        EffectiveStatus.ACTIVE: Level.GOOD,
        EffectiveStatus.PROVISIONAL: Level.DOUBT,
        EffectiveStatus.GRACE: Level.DOUBT,
        EffectiveStatus.PENDING: Level.DOUBT,
        EffectiveStatus.SCHEDULED: Level.DOUBT,
    }.get(status, Level.BAD)
    return Check(f"state_{status}", level)


def _portal(license: License) -> Iterator[Check]:
    installation = installation_of(license)
    if license.link_problem:
        yield Check(license.link_problem, Level.BAD, license.portal_address)
    if not license.portal_address and not license.member_id:
        yield Check("unnamed", Level.BAD)
        return
    if installation is None:
        yield Check("unknown_portal", Level.BAD, license.portal_address)
        if similar := _similar(license):
            yield Check("similar", Level.DOUBT, ", ".join(similar))
        return
    yield Check("known_portal", Level.GOOD, installation.host)
    if not installation.is_installed:
        yield Check("removed", Level.BAD, installation.host)
        return
    yield Check("installed", Level.GOOD, installation.version)
    yield _proof(installation, is_linked=bool(license.member_id))
    yield _contact(installation)
    if not installation.access_token:
        yield Check("no_token", Level.DOUBT)
    elif not installation.admin_user_id:
        yield Check("no_admin", Level.DOUBT)
    if installation.scope:
        yield Check("scope", Level.NOTE, installation.scope)
    yield from _told(installation)


def _similar(license: License) -> list[str]:
    """Portals that have opened the app and are written nearly as the license's address is."""
    hosts = Installation.objects.filter(app_code=license.software.bitrix24_app_code, is_installed=True)
    known = hosts.order_by("-verified_at").values_list("host", flat=True)[:_COMPARED]
    return get_close_matches(license.portal_address, list(known), n=3, cutoff=0.85)


def _proof(installation: Installation, *, is_linked: bool) -> Check:
    if installation.is_host_proven:
        return Check("proven", Level.GOOD, installation.host)
    return Check("unproven", Level.NOTE if is_linked else Level.BAD, installation.host)


def _contact(installation: Installation) -> Check:
    seen = installation.verified_at
    if seen is None:
        return Check("no_contact", Level.DOUBT)
    return Check("contact", Level.GOOD if clock.now() - seen < _QUIET else Level.NOTE, seen.isoformat())


def _told(installation: Installation) -> Iterator[Check]:
    """Whether the portal was last told what it should know, and what is still on its way."""
    if portal_status.digest_of(installation) == installation.told_state:
        yield Check("told", Level.GOOD)
        return
    waiting = OutboxMessage.objects.filter(group=f"portal:{installation.pk}", status=OutboxStatus.PENDING)
    last = waiting.order_by("-pk").first()
    yield Check("telling", Level.DOUBT, mask(last.last_error)) if last else Check("not_told", Level.DOUBT)


def _refusal(error: GatewayError) -> Check:
    """What an answer that is none means. A token that is too old proves that the portal answers."""
    if isinstance(error, ExpiredToken):
        return Check("answers_expired", Level.GOOD)
    if isinstance(error, AppRemoved):
        return Check("answers_removed", Level.BAD)
    if isinstance(error, InvalidToken):
        return Check("answers_dead_token", Level.DOUBT)
    if isinstance(error, AccessDenied):
        return Check("answers_no_rest", Level.DOUBT)
    if isinstance(error, PortalGone):
        return Check("answers_gone", Level.BAD)
    if isinstance(error, PortalMoved):
        return Check("answers_moved", Level.DOUBT, error.new_host)
    if isinstance(error, Declined):
        return Check("answers_no", Level.DOUBT, error.code)
    return Check("silent", Level.DOUBT, error.code)
