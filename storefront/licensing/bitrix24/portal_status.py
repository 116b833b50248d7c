"""What a portal is told about its licenses, and the messages that tell it.

The data is signed and holds nothing secret: every user of the app can read it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core import signing

from storefront.core import clock
from storefront.licensing.models import Activation, Installation, License
from storefront.licensing.validity import effective_status
from storefront.notifications import outbox

_SALT = "storefront.licensing.portal"
_KIND = "bitrix24.push"  # delivered by ``push.deliver``


def licenses_at(installation: Installation) -> list[License]:
    """The licenses bound to a portal's application now, oldest first."""
    bound = Activation.objects.filter(installation=installation, released_at=None).values("license_id")
    return list(License.objects.filter(pk__in=bound).select_related("software__product", "plan").order_by("pk"))


def status_data(installation: Installation) -> list[dict[str, str]]:
    """One entry per bound license: number, product, license type, status, end (ISO 8601, UTC)."""
    now = clock.now()
    return [
        {
            "number": license.number,
            "product": license.product_title,
            "plan": license.plan_name,
            "status": str(effective_status(license, now)),
            "valid_until": license.valid_until.isoformat(),
        }
        for license in licenses_at(installation)
    ]


def digest_of(installation: Installation) -> str:
    """A hash of what the portal should know; "" if it has never had a license."""
    data = status_data(installation)
    if not data and not installation.activations.exists():
        return ""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def signed(installation: Installation, data: list[dict[str, str]]) -> str:
    """The value of the app option: the data, bound to this portal, with our signature."""
    content: dict[str, Any] = {"member_id": installation.member_id, "licenses": data}
    return signing.dumps(content, salt=_SALT)


def queue_status(license: License, *, cause: str) -> None:
    """Queue a message that shows the license's portal its present state, once per ``cause``."""
    activation = license.activations.order_by("-pk").first()
    if activation is not None:
        key = f"{_KIND}:{license.public_id}:{cause}"
        _enqueue(activation.installation_id, key, {"installation": activation.installation_id, "license": license.pk})


def queue_option(installation: Installation, *, cause: str) -> None:
    """Queue the status for a portal whose licenses have changed, without a notice, once per ``cause``."""
    _enqueue(installation.pk, f"{_KIND}:option:{installation.pk}:{cause}", {"installation": installation.pk})


def queue_if_changed(installation: Installation) -> None:
    """Queue the status for a portal that was last told something else, once per pair of tokens."""
    if digest_of(installation) != installation.told_state:
        key = f"{_KIND}:portal:{installation.pk}:{installation.token_version}"
        _enqueue(installation.pk, key, {"installation": installation.pk})


def queue_setup(installation: Installation) -> None:
    """Queue what a new or updated installation needs of its portal: event handlers and the app's own address.

    Once for its tokens, and again when they turn out to be an administrator's, who may change these settings.
    """
    key = f"bitrix24.setup:{installation.pk}:{installation.token_version}:{installation.admin_user_id}"
    _enqueue(installation.pk, key, {"installation": installation.pk, "setup": True})


def _enqueue(installation_id: int, key: str, payload: dict[str, Any]) -> None:
    outbox.enqueue(kind=_KIND, key=key, payload=payload, group=f"portal:{installation_id}")
