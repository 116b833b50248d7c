"""Telling a portal about its licenses: an app option for the app, a notice for its administrator.

Handler of outbox messages of kind ``bitrix24.push``. It sends the state at the time of sending, so order and duplicates
do not matter. Mails are the main channel: failing to reach a portal is not an error.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from storefront.core import clock
from storefront.core.instants import instant
from storefront.core.language import nearest_language
from storefront.gateways.bitrix24 import AccessDenied, AppRemoved, InvalidToken, MethodMissing
from storefront.gateways.errors import Declined
from storefront.gateways.http import AddressRefused
from storefront.licensing import links
from storefront.licensing.bitrix24 import installations, portal_calls, portal_status
from storefront.licensing.bitrix24.config import bitrix24_code, client
from storefront.licensing.models import Installation, License
from storefront.licensing.states import EffectiveStatus
from storefront.licensing.validity import effective_status
from storefront.notifications.models import OutboxMessage

logger = logging.getLogger(__name__)

EVENTS = ("ONAPPUNINSTALL", "ONAPPUPDATE")


def deliver(message: OutboxMessage) -> None:
    """Deliver one message; payload: ``installation``, and ``license`` (for a notice) or ``setup``.

    Gives up where trying again cannot help: app removed, no REST in the portal's plan, tokens dead. Raises on any other
    failure, so that the outbox tries again.
    """
    installation = Installation.objects.filter(pk=message.payload["installation"]).first()
    if installation is None or not installation.is_installed:
        return
    version = installation.token_version
    try:
        _send(installation, message.payload)
    except AppRemoved:
        installations.mark_uninstalled(installation)
    except InvalidToken:
        installations.forget_tokens(installation, version=max(version, installation.token_version))
    except (portal_calls.NoTokens, AccessDenied, AddressRefused) as exc:
        logger.info("portal %s was not told: %s", installation.pk, type(exc).__name__)


def _send(installation: Installation, payload: dict[str, Any]) -> None:
    if payload.get("setup"):
        _set_up(installation)
        return
    _set_option(installation)
    license = License.objects.filter(pk=payload.get("license", 0)).select_related("software__product").first()
    if license and installation.admin_user_id:
        _notify(installation, license)


def _set_option(installation: Installation) -> None:
    data, digest = portal_status.status_data(installation), portal_status.digest_of(installation)
    options = {"license": portal_status.signed(installation, data)}
    if _allowed(installation, lambda host, token: client().set_app_option(host, token, options)):
        Installation.objects.filter(pk=installation.pk).update(told_state=digest)


def _notify(installation: Installation, license: License) -> None:
    path = links.app_path(_code(installation))
    with translation.override(nearest_language(license.customer.language)):
        text, label = _notice(license), _("Open the app")
        message = f"{text} [URL={path}?params[tab]=payment]{label}[/URL]" if path else text
    _allowed(
        installation,
        lambda host, token: client().notify_admin(
            host, token, user_id=int(installation.admin_user_id), message=message, plain_message=text,
            tag=f"license|{license.public_id}",
        ),
    )  # fmt: skip


def _code(installation: Installation) -> str:
    """The portal's code for the application, asked once if it is not configured; "" if unknown."""
    code = bitrix24_code(installation.app_code, installation.bitrix24_code)
    if not code:
        _allowed(installation, lambda host, token: _learn_code(installation, host, token))
        code = installation.bitrix24_code
    return code


def _learn_code(installation: Installation, host: str, token: str) -> None:
    """https://apidocs.bitrix24.com/api-reference/common/system/app-info.html"""
    installation.bitrix24_code = client().app_code(host, token)[:100]
    Installation.objects.filter(pk=installation.pk).update(bitrix24_code=installation.bitrix24_code)


def _notice(license: License) -> str:
    status = effective_status(license, clock.now())
    words = {
        "product": license.product_title,
        "plan": license.plan_name,
        "day": instant(license.valid_until),
    }
    if status == EffectiveStatus.PROVISIONAL and license.provisional_until:
        words["day"] = instant(license.provisional_until)
        return _("Your license for %(product)s (%(plan)s) is provisional until %(day)s.") % words
    if status == EffectiveStatus.ACTIVE:
        return _("Your license for %(product)s (%(plan)s) is active until %(day)s.") % words
    if status == EffectiveStatus.SUSPENDED:
        return _("Your license for %(product)s (%(plan)s) is suspended.") % words
    if status == EffectiveStatus.REVOKED:
        return _("Your license for %(product)s (%(plan)s) has been withdrawn.") % words
    return _("Your license for %(product)s (%(plan)s) ended on %(day)s.") % words


def _set_up(installation: Installation) -> None:
    """Bind our event handlers and the app's address; the portal drops them with every new version of the app.

    The address needs the scope ``placement``; without it the link in a notice opens the app's first page.
    https://apidocs.bitrix24.com/api-reference/events/event-bind.html,
    https://apidocs.bitrix24.com/api-reference/widgets/placement-bind.html
    """
    events = settings.SITE_URL + reverse("bitrix24-events")
    for event in EVENTS:
        _allowed(installation, _caller("event.bind", {"event": event, "handler": events}))
    place = {"PLACEMENT": "REST_APP_URI", "HANDLER": settings.SITE_URL + reverse("bitrix24-app")}
    _allowed(installation, _caller("placement.bind", place))
    _code(installation)


def _caller(method: str, params: dict[str, str]) -> Callable[[str, str], Any]:
    return lambda host, token: client().call(host, method, params, token)


def _allowed(installation: Installation, act: Callable[[str, str], Any]) -> bool:
    """Make a call; whether the portal allowed it. A missing right or method does not stop the other calls."""
    try:
        portal_calls.call(installation, act)
    except (AppRemoved, InvalidToken, AddressRefused):
        raise
    except (AccessDenied, MethodMissing) as exc:
        logger.info("portal %s: %s", installation.pk, exc.code)
        return False
    except Declined as exc:
        if not exc.code.startswith(("ERROR_CORE", "ERROR_PLACEMENT", "ERROR_ARGUMENT", "ERROR_EVENT")):
            raise
        return False
    return True
