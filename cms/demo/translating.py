"""Translations as a marketer makes them in Wagtail, side by side: what wagtail-localize would have noted, in bulk.

That package asks four questions for each sentence, which is quick enough for one page and too slow for a whole shop.
What is stored here is the same; the tests let the package make some of these pages again from it.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid5

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from modelcluster.models import ClusterableModel, get_serializable_data_for_fields
from wagtail.models import Locale
from wagtail_localize.models import (
    OverridableSegment,
    RelatedObjectSegment,
    SegmentOverride,
    String,
    StringSegment,
    StringTranslation,
    Template,
    TemplateSegment,
    TranslatableObject,
    Translation,
    TranslationContext,
    TranslationLog,
    TranslationSource,
    get_schema_version,
)
from wagtail_localize.segments import (
    OverridableSegmentValue,
    RelatedObjectSegmentValue,
    StringSegmentValue,
    TemplateSegmentValue,
)
from wagtail_localize.segments.extract import extract_segments

from storefront.core import clock

Pairs = list[tuple[Any, Any]]


class NotTheSame(Exception):
    """The texts of two languages differ in more than their words: a paragraph or a link is missing in one of them."""


def note(source: Any, translated: Any, locale: Locale) -> None:
    """Note ``translated`` as the translation of ``source`` into ``locale``; both are stored, pages or snippets.

    Blocks have the same ids in both. Raises NotTheSame if their words do not match one by one.
    """
    pairs = _pairs(source, translated)
    stored = _source(source)
    Translation.objects.create(source=stored, target_locale=locale)
    contexts = _contexts(stored, pairs)
    _note_strings(stored, locale, contexts, _of(pairs, StringSegmentValue))
    _note_templates(stored, contexts, _of(pairs, TemplateSegmentValue))
    _note_related(stored, contexts, _of(pairs, RelatedObjectSegmentValue))
    _note_overrides(stored, locale, contexts, _of(pairs, OverridableSegmentValue))
    TranslationLog.objects.create(source=stored, locale=locale)


def _pairs(source: Any, translated: Any) -> Pairs:
    """Every piece of the source with the piece in its place."""
    own, theirs = extract_segments(source), extract_segments(translated)
    if [(type(each), each.path) for each in own] != [(type(each), each.path) for each in theirs]:
        odd = {each.path for each in own} ^ {each.path for each in theirs}
        raise NotTheSame(f"{source}: {sorted(odd) or 'another number of paragraphs'}")
    return list(zip(own, theirs, strict=True))


def _of(pairs: Pairs, kind: type) -> Pairs:
    return [(own, theirs) for own, theirs in pairs if isinstance(own, kind)]


def _source(instance: Any) -> TranslationSource:
    if isinstance(instance, ClusterableModel):
        content = instance.to_json()
    else:
        content = json.dumps(get_serializable_data_for_fields(instance), cls=DjangoJSONEncoder)
    return TranslationSource.objects.create(
        object=_object(instance.translation_key, instance.get_translation_model()),
        specific_content_type=ContentType.objects.get_for_model(instance.__class__),
        locale=instance.locale,
        object_repr=str(instance)[:200],
        content_json=content,
        schema_version=get_schema_version(instance._meta.app_label),
        last_updated_at=clock.now(),
    )


def _object(key: Any, model: type[Model]) -> TranslatableObject:
    kind = ContentType.objects.get_for_model(model)
    found: TranslatableObject = TranslatableObject.objects.get_or_create(translation_key=key, content_type=kind)[0]
    return found


def _contexts(source: TranslationSource, pairs: Pairs) -> dict[str, TranslationContext]:
    """The place of every piece within the page, by its path."""
    paths = dict.fromkeys(own.path for own, _ in pairs)
    made = TranslationContext.objects.bulk_create(
        TranslationContext(object=source.object, path=path, path_id=TranslationContext._get_path_id(path))
        for path in paths
    )
    return {context.path: context for context in made}


def _note_strings(source: TranslationSource, locale: Locale, contexts: dict[str, Any], pairs: Pairs) -> None:
    words = {own.string.data: String._get_data_hash(own.string.data) for own, _ in pairs}
    String.objects.bulk_create(
        (String(locale=source.locale, data=data, data_hash=key) for data, key in words.items()), ignore_conflicts=True
    )
    found = {each.data: each for each in String.objects.filter(locale=source.locale, data_hash__in=words.values())}
    StringSegment.objects.bulk_create(
        StringSegment(
            source=source, context=contexts[own.path], order=own.order, string=found[own.string.data],
            attrs=json.dumps(own.attrs),
        )
        for own, _ in pairs
    )  # fmt: skip
    translated = {(own.path, own.string.data): theirs.string.data for own, theirs in pairs}
    StringTranslation.objects.bulk_create(
        StringTranslation(
            translation_of=found[data], context=contexts[path], locale=locale, data=theirs,
            translation_type=StringTranslation.TRANSLATION_TYPE_MANUAL,
        )
        for (path, data), theirs in translated.items()
    )  # fmt: skip


def _note_templates(source: TranslationSource, contexts: dict[str, Any], pairs: Pairs) -> None:
    """What surrounds the sentences of rich text."""
    keys = {own.template: uuid5(uuid5(Template.BASE_UUID_NAMESPACE, own.format), own.template) for own, _ in pairs}
    Template.objects.bulk_create(
        (
            Template(
                uuid=keys[own.template],
                template=own.template,
                template_format=own.format,
                string_count=own.string_count,
            )
            for own, _ in pairs
        ),
        ignore_conflicts=True,
    )
    found = {each.template: each for each in Template.objects.filter(uuid__in=keys.values())}
    TemplateSegment.objects.bulk_create(
        TemplateSegment(source=source, context=contexts[own.path], order=own.order, template=found[own.template])
        for own, _ in pairs
    )


def _note_related(source: TranslationSource, contexts: dict[str, Any], pairs: Pairs) -> None:
    RelatedObjectSegment.objects.bulk_create(
        RelatedObjectSegment(
            source=source,
            context=contexts[own.path],
            order=own.order,
            object=_object(own.translation_key, own.content_type.model_class()),
        )
        for own, _ in pairs
    )


def _note_overrides(source: TranslationSource, locale: Locale, contexts: dict[str, Any], pairs: Pairs) -> None:
    """What is not translated but replaced, such as a picture with words in it."""
    OverridableSegment.objects.bulk_create(
        OverridableSegment(
            source=source,
            context=contexts[own.path],
            order=own.order,
            data_json=json.dumps(own.data, cls=DjangoJSONEncoder),
        )
        for own, _ in pairs
    )
    SegmentOverride.objects.bulk_create(
        SegmentOverride(
            context=contexts[own.path], locale=locale, data_json=json.dumps(theirs.data, cls=DjangoJSONEncoder)
        )
        for own, theirs in pairs
        if own.data != theirs.data
    )
