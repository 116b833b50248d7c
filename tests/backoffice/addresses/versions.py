"""A period that was changed once."""

from __future__ import annotations

import pytest

from catalogue.plans.models import Period
from storefront.backoffice import history
from storefront.core import kept_states


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    by = request.getfixturevalue("staff")("Marketers", "of periods")
    period = Period.objects.get_or_create(software=None, months=11)[0]
    state = kept_states.state_of(period)
    entry = history.record(period, "versions.restore", by=by, state={"before": state, "after": state})
    page = f"/admin/versions/period/{period.pk}/"
    return {
        "/admin/versions/<slug:kind>/<int:pk>/": page,
        "/admin/versions/<slug:kind>/<int:pk>/<int:entry>/restore/": f"{page}{entry.pk}/restore/",
    }
