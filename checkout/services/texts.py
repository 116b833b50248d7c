"""Agreements of what is in the cart, in the version in force."""

from __future__ import annotations

from collections.abc import Sequence

from catalogue.plans.models import AgreementVersion


def in_force(agreement_ids: Sequence[int], *, with_text: bool = False) -> list[AgreementVersion]:
    """The newest version of each agreement, in the order given; one query, without the texts unless asked."""
    if not agreement_ids:
        return []
    versions = AgreementVersion.objects.filter(agreement__in=agreement_ids).select_related("agreement")
    versions = versions.only("number", "name", "agreement__slug", *(("body", "sha256") if with_text else ())).order_by(
        "number"
    )
    newest = {version.agreement_id: version for version in versions}
    return [newest[pk] for pk in agreement_ids if pk in newest]
