"""The rules of what buyers agreed to. Every check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from catalogue.plans.models import AgreementVersion
from checkout.models import Consent
from storefront.core.audit import Finding


def checks() -> Iterator[Finding]:
    """Texts are what their hashes say, and a consent holds the very text of its version, by the order's customer."""
    for version in AgreementVersion.objects.iterator(chunk_size=100):
        if AgreementVersion.digest(version.body) != version.sha256:
            yield Finding("agreement-changed", str(version))
    for consent in Consent.objects.iterator(chunk_size=100):
        if AgreementVersion.digest(consent.text) != consent.sha256:
            yield Finding("consent-changed", str(consent))
    for consent in Consent.objects.exclude(sha256=F("version__sha256"), number=F("version__number")):
        yield Finding("consent-other-text", str(consent))
    for consent in Consent.objects.exclude(customer=F("order__user")):
        yield Finding("consent-of-another", str(consent))
