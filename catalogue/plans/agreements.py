"""Versions of agreements."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from catalogue.plans.models import Agreement, AgreementVersion


@transaction.atomic
def publish_version(agreement: Agreement) -> AgreementVersion:
    """The version with the agreement's published name and text; a new one if either differs from the last.

    Reads the stored row, as ``agreement`` may hold a draft. Idempotent. Versions are never edited: buyers may have
    accepted them.
    """
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
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


def published(language: str) -> list[tuple[int, str, str]]:
    """Every agreement in force, sorted by name: its id in the default language (which products refer to), and its name
    and slug in ``language``, falling back to the default language. One query."""
    rows = Agreement.objects.filter(
        live=True, locale__language_code__in={language, settings.LANGUAGE_CODE}
    ).values_list("translation_key", "locale__language_code", "pk", "name", "slug")
    own = {key: (pk, name, slug) for key, code, pk, name, slug in rows if code == settings.LANGUAGE_CODE}
    translated = {key: (name, slug) for key, code, _pk, name, slug in rows if code == language}
    agreements = [(pk, *translated.get(key, (name, slug))) for key, (pk, name, slug) in own.items()]
    return sorted(agreements, key=lambda agreement: agreement[1])
