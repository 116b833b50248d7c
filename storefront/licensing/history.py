"""The history of licenses."""

from __future__ import annotations

from typing import Any

from storefront.licensing.models import License, LicenseEvent


def record(license: License, code: str, *, actor: Any = None, **detail: Any) -> LicenseEvent:
    """Write what happened to a license, in the caller's transaction. ``detail`` is JSON and holds no secrets."""
    return LicenseEvent.objects.create(license=license, code=code, actor=actor, detail=detail)
