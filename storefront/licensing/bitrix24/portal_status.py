"""What a portal is told about its licenses: signed, and nothing secret in it, for every user of the app can read it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core import signing

from storefront.core import clock
from storefront.licensing.models import Activation, Installation, License
from storefront.licensing.validity import effective_status

_SALT = "storefront.licensing.portal"


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
    """A short name of what the portal should know; "" if there has never been a license for it."""
    data = status_data(installation)
    if not data and not installation.activations.exists():
        return ""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def signed(installation: Installation, data: list[dict[str, str]]) -> str:
    """The value of the app option: the data, bound to this portal, with our signature."""
    content: dict[str, Any] = {"member_id": installation.member_id, "licenses": data}
    return signing.dumps(content, salt=_SALT)
