"""Makes the demo's agreements and their translations."""

from __future__ import annotations

from django.conf import settings
from wagtail.models import Locale

from catalogue.plans.models import Agreement
from cms.demo.past import days_ago
from cms.demo.texts import license_agreement, personal_data
from cms.demo.translating import note

DAYS = 365
SLUGS = {"license-agreement": license_agreement, "personal-data": personal_data}


def make() -> Agreement:
    """All agreements in the default language, a year old; returns the one that products name."""
    locale = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
    with days_ago(DAYS):
        made = [Agreement.objects.create(**_fields(slug, locale)) for slug in SLUGS]
    return made[0]


def translate(locale: Locale) -> None:
    """All of them in another language; their first version there is as old."""
    for own in Agreement.objects.filter(locale__language_code=settings.LANGUAGE_CODE, slug__in=SLUGS):
        fields = _fields(own.slug, locale) | {"translation_key": own.translation_key}
        with days_ago(DAYS):
            made = Agreement.objects.create(**fields)
        note(own, made, locale)


def _fields(slug: str, locale: Locale) -> dict[str, object]:
    texts, language = SLUGS[slug], locale.language_code
    return {
        "slug": slug,
        "locale": locale,
        "name": texts.NAME.text(language),
        "body": texts.BODY.text(language),
    }
