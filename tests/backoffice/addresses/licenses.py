from __future__ import annotations

import pytest

from storefront.backoffice.licenses.hooks import ACTS


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    license = request.getfixturevalue("license")
    base = f"/admin/licenses/{license.number}/"
    tails = ("", *(f"{name}/" for name in ACTS))
    return {f"/admin/licenses/<str:number>/{tail}": f"{base}{tail}" for tail in tails}
