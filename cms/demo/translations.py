"""Records translations as Wagtail's side-by-side editor would, so that marketers can go on with them there."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from wagtail.models import Locale
from wagtail_localize.models import SegmentOverride, StringTranslation, Translation, TranslationLog, TranslationSource
from wagtail_localize.segments import OverridableSegmentValue, StringSegmentValue
from wagtail_localize.segments.extract import extract_segments


class TextsDoNotMatch(Exception):
    """The two languages differ in more than words: one of them lacks a paragraph, a link or a block."""


def record_translation(source: Any, translated: Any, locale: Locale) -> None:
    """Record ``translated`` as the translation of ``source`` into ``locale``; both are stored pages or snippets whose
    blocks have the same ids. Raises TextsDoNotMatch if their segments do not pair up."""
    own, other = extract_segments(source), extract_segments(translated)
    if [(type(each), each.path) for each in own] != [(type(each), each.path) for each in other]:
        odd = {each.path for each in own} ^ {each.path for each in other}
        raise TextsDoNotMatch(f"{source}: {sorted(odd) or 'another number of paragraphs'}")
    pairs = list(zip(own, other, strict=True))
    stored, _is_new = TranslationSource.get_or_create_from_instance(source)
    Translation.objects.create(source=stored, target_locale=locale)
    _record_strings(stored, locale, pairs)
    _record_overrides(stored, locale, pairs)
    TranslationLog.objects.create(source=stored, locale=locale)


def _record_strings(source: TranslationSource, locale: Locale, pairs: list[tuple[Any, Any]]) -> None:
    strings = [(own, other) for own, other in pairs if isinstance(own, StringSegmentValue)]
    translations = {(own.path, own.string.data): other.string.data for own, other in strings}
    segments = source.stringsegment_set.select_related("string", "context")
    unique = {(segment.context.path, segment.string.data): segment for segment in segments}
    StringTranslation.objects.bulk_create(
        StringTranslation(
            translation_of=segment.string,
            context=segment.context,
            locale=locale,
            data=translations[key],
            translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL,
        )
        for key, segment in unique.items()
    )


def _record_overrides(source: TranslationSource, locale: Locale, pairs: list[tuple[Any, Any]]) -> None:
    """What is replaced instead of translated, such as a picture with words in it."""
    segments = source.overridablesegment_set.select_related("context")
    contexts = {segment.context.path: segment.context for segment in segments}
    SegmentOverride.objects.bulk_create(
        SegmentOverride(
            context=contexts[own.path], locale=locale, data_json=json.dumps(other.data, cls=DjangoJSONEncoder)
        )
        for own, other in pairs
        if isinstance(own, OverridableSegmentValue) and own.data != other.data
    )
