"""Versions of agreements."""

from __future__ import annotations

from django.db import transaction

from catalogue.plans.models import Agreement, AgreementVersion


@transaction.atomic
def publish_version(agreement: Agreement) -> AgreementVersion:
    """The version that holds the agreement's name and text of now; a new one if either differs from the last.

    Safe to repeat. Versions are never edited: somebody may have accepted them.
    """
    Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    last = AgreementVersion.objects.filter(agreement=agreement).order_by("-number").first()
    digest = AgreementVersion.digest(agreement.body)
    if last is not None and last.sha256 == digest and last.name == agreement.name:
        return last
    return AgreementVersion.objects.create(
        agreement=agreement,
        number=last.number + 1 if last else 1,
        name=agreement.name,
        body=agreement.body,
        sha256=digest,
    )


def current_version(agreement: Agreement) -> AgreementVersion:
    """The version in force. Raises AgreementVersion.DoesNotExist for an agreement that was never saved as such."""
    return AgreementVersion.objects.filter(agreement=agreement).latest("number")
