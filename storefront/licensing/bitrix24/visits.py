"""From a proven visit to an installation with its licenses linked."""

from __future__ import annotations

from storefront.licensing.bitrix24 import installations, linking
from storefront.licensing.bitrix24.installations import Contact, Keys
from storefront.licensing.bitrix24.verification import Visit
from storefront.licensing.models import Installation


def record_visit(visit: Visit, keys: Keys, *, is_installed: bool) -> Installation:
    """Write the visit down and link the licenses that waited for it. Returns the installation, fresh.

    ``is_installed``: the message says that the app is being installed, which the authorization server may not know
    yet; only tokens of an installed or installing application are ever confirmed.
    """
    contact = Contact(
        client_id=visit.client_id,
        app_code=visit.app_code,
        member_id=visit.member_id,
        host=visit.host,
        authorization_server=visit.authorization_server,
        is_host_proven=visit.is_host_proven,
        is_installed=is_installed or visit.is_installed,
        scope=visit.scope,
    )
    installation = installations.record_contact(contact, keys)
    linking.link_installation(installation)
    return installation
