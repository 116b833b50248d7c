"""Asking portals again that did not confirm who they are when their app was opened.

A portal that answered QUERY_LIMIT_EXCEEDED may answer a minute later; one without REST may get another plan. The vendor
asks to spare its servers (https://apidocs.bitrix24.com/settings/oauth/auto-renewal.html): each gap is twice as long as
the one before, up to a week, and after ``MAX_QUESTIONS`` only a new visit asks.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from storefront.core import clock
from storefront.gateways.bitrix24 import AppRemoved, InvalidToken
from storefront.gateways.errors import GatewayError
from storefront.licensing.bitrix24 import installations, linking, portal_calls
from storefront.licensing.bitrix24.config import client
from storefront.licensing.models import Installation
from storefront.licensing.states import PortalRole
from storefront.notifications.outbox import TryLater

logger = logging.getLogger(__name__)

MAX_QUESTIONS = 20
_LONGEST_GAP = timedelta(days=7)
_BATCH = 5


def ask_again() -> int:
    """Ask the portals that are due. Returns how many confirmed themselves. Safe to run in several workers."""
    due = Installation.objects.filter(ask_at__lte=clock.now()).order_by("ask_at", "pk")
    return sum(_ask(installation) for installation in due[:_BATCH])


def _ask(installation: Installation) -> bool:
    if not claim(installation):
        return False
    version = installation.token_version
    try:
        profile = portal_calls.call(installation, lambda host, token: client().profile(host, token))
    except (portal_calls.NoTokens, InvalidToken):
        installations.forget_tokens(installation, version=max(version, installation.token_version))
    except AppRemoved:
        installations.mark_uninstalled(installation)
    except (GatewayError, TryLater) as exc:
        logger.info("portal %s has not confirmed itself: %s", installation.pk, getattr(exc, "code", "") or exc)
    else:
        role = PortalRole.ADMIN if profile.is_admin else PortalRole.EMPLOYEE
        version = installation.token_version
        installations.confirm(installation, role=role, user_id=profile.user_id, version=version)
        linking.link_installation(installation)
        return True
    return False


def claim(installation: Installation) -> bool:
    """Whether this worker is the one to ask. The next question is scheduled before this one, so that none is lost."""
    asked = installation.asked + 1
    gap = min(installations.FIRST_GAP * 2**asked, _LONGEST_GAP)
    ask_at = clock.now() + gap if asked < MAX_QUESTIONS else None
    due = Installation.objects.filter(pk=installation.pk, ask_at=installation.ask_at, asked=installation.asked)
    installation.ask_at, installation.asked = ask_at, asked
    return bool(due.update(ask_at=ask_at, asked=asked))
