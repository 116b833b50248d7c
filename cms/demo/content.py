"""Fills pages and snippets with what the files under fixtures/demo say."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.core.files.base import File
from django.core.files.images import ImageFile
from django.db.models import Model
from django.utils import translation
from django.utils.html import escape
from wagtail.blocks import (
    Block,
    BooleanBlock,
    CharBlock,
    ListBlock,
    RichTextBlock,
    StreamBlock,
    StructBlock,
    TextBlock,
    URLBlock,
)
from wagtail.documents import get_document_model
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page

from catalogue.plans.models import Plan, SoftwareProduct
from cms.live_prices.references import Reference
from storefront.core import clock

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "demo"
LANGUAGES = tuple(sorted(file.parent.name for file in FOLDER.glob("*/site.toml")))
#: Ids of blocks are derived from their place, so that a block and its translation have the same.
BLOCK_IDS = UUID("6c1c3b1e-5d38-4f0c-9b52-0a3a8d1c7f11")
_REFERENCE = re.compile(r"(page|image|picture|document|days-ago):([\w./-]*)")
_LINK = re.compile(r'href="page:([\w/-]*)"')
_PRICE = re.compile(r"\{price:([\w-]+)/([\w-]*)/(\d*)/(\w+)\}")


def read(name: str) -> dict[str, Any]:
    """A file of the demo, by its path without the ending."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def read_in(language: str, name: str) -> dict[str, Any]:
    """A file of texts in ``language``; in English if the demo does not have that language."""
    return read(f"{language if language in LANGUAGES else 'en'}/{name}")


def other_languages() -> list[str]:
    """The shop's languages that the demo has texts in, except the default one."""
    default = settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in LANGUAGES else "en"
    return [code for code, _name in settings.LANGUAGES if code in LANGUAGES and code != default]


def plain_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that a page needs to be stored at all: neither blocks nor references to other objects."""
    plain = {}
    for name, value in fields.items():
        kind, argument = _reference(value)
        if kind == "days-ago":
            plain[name] = _days_ago(argument)
        elif not kind and not isinstance(value, list):
            plain[name] = value
    return plain


class Content:
    """``pages``: the demo's pages in the default language by their path, "" for home."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self._files: dict[str, int] = {}  # keys of pictures and documents in Wagtail's libraries
        self._captions = {language: read(f"{language}/files") for language in LANGUAGES}

    def fill(self, instance: Model, fields: dict[str, Any], language: str, place: str) -> None:
        """Set ``fields`` of an instance without saving it. The pages they refer to must exist.

        ``place`` is what the ids of its blocks are derived from. Raises ValueError if a block has no such field.
        """
        for name, value in fields.items():
            field = instance._meta.get_field(name)
            if isinstance(field, StreamField):
                setattr(instance, name, self._stored(field.stream_block, value, language, f"{place}/{name}"))
            else:
                name = field.attname if field.is_relation else name  # type: ignore[union-attr]
                setattr(instance, name, self._resolve(value, language))

    def _resolve(self, value: Any, language: str) -> Any:
        """The key or value that a reference stands for; a text with its links and live prices."""
        kind, argument = _reference(value)
        if kind == "page":
            return self.pages[argument].pk
        if kind == "image":
            return self._image(argument, language)
        if kind == "picture":
            caption = self._captions[language][argument]
            return {"image": self._image(argument, language), "alt_text": caption, "decorative": False}
        if kind == "document":
            return self._document(argument, language)
        if kind == "days-ago":
            return _days_ago(argument)
        return self._text(value, language) if isinstance(value, str) else value

    def _stored(self, block: Block, value: Any, language: str, place: str) -> Any:
        """The value of a block as Wagtail stores it; what the file leaves out gets its default."""
        if isinstance(block, StreamBlock | ListBlock):
            return [self._child(block, each, language, f"{place}/{at}") for at, each in enumerate(value or ())]
        if isinstance(block, ImageBlock) and isinstance(value, dict):
            return self._resolve(value["picture"], language) | {"alt_text": value["alt_text"]}
        if isinstance(block, StructBlock) and not isinstance(block, ImageBlock):
            fields = value or {}
            if unknown := fields.keys() - block.child_blocks:
                raise ValueError(f"{place}: there is no field {sorted(unknown)}")
            return {
                name: self._stored(child, fields.get(name), language, f"{place}/{name}")
                for name, child in block.child_blocks.items()
            }
        if value is None:
            return _empty(block)
        resolved = self._resolve(value, language)
        return resolved.isoformat() if isinstance(resolved, date) else resolved

    def _child(self, block: StreamBlock | ListBlock, value: Any, language: str, place: str) -> dict[str, Any]:
        """A child of a stream names its type and holds fields or a single ``value``; an item of a list is bare."""
        kind, child = "item", getattr(block, "child_block", None)
        if isinstance(block, StreamBlock):
            kind = value["type"]
            child = block.child_blocks[kind]
            fields = {name: each for name, each in value.items() if name != "type"}
            value = fields if isinstance(child, StructBlock) else fields["value"]
        return {"type": kind, "value": self._stored(child, value, language, place), "id": str(uuid5(BLOCK_IDS, place))}

    def _text(self, value: str, language: str) -> str:
        """HTML is written one paragraph to a line and stored without the line breaks."""
        if value.startswith("<"):
            value = "".join(value.splitlines())
        value = _LINK.sub(lambda match: f'id="{self.pages[match[1]].pk}" linktype="page"', value)
        return _PRICE.sub(lambda match: _live_price(match, language), value)

    def _image(self, file: str, language: str) -> int:
        if file not in self._files:
            caption = self._captions[language][file]
            title = f"{caption} ({language})" if f"/{language}/" in file else caption
            with (FOLDER / "pictures" / file).open("rb") as opened:
                image = ImageFile(opened, name=file.replace("/", "-"))
                self._files[file] = get_image_model().objects.create(title=title, description=title, file=image).pk
        return self._files[file]

    def _document(self, file: str, language: str) -> int:
        if file not in self._files:
            with (FOLDER / "documents" / file).open("rb") as opened:
                document = get_document_model()(title=self._captions[language][file], file=File(opened, name=file))
                document.save()
                document.get_file_hash()  # the ETag of its download
            self._files[file] = document.pk
        return self._files[file]


def _reference(value: Any) -> tuple[str, str]:
    """Kind and argument of a reference such as "page:help"; two empty strings for anything else."""
    match = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return (match[1], match[2]) if match else ("", "")


def _empty(block: Block) -> Any:
    """The stored value of a field that an editor leaves empty."""
    default = block.get_default()
    if default is None and isinstance(block, BooleanBlock):
        return False
    if default is None and isinstance(block, CharBlock | TextBlock | RichTextBlock | URLBlock):
        return ""
    return block.get_prep_value(default)


def _days_ago(days: str) -> date:
    return clock.today() - timedelta(days=int(days))


def _live_price(match: re.Match[str], language: str) -> str:
    """``{price:product/license type/months/amount}`` as Wagtail stores a live price; see cms.live_prices.references."""
    slug, code, months, amount = match.groups()
    software = SoftwareProduct.objects.select_related("product").get(product__slug=slug)
    plan = Plan.objects.filter(software=software, code=code).first()
    reference = Reference(software.pk, code, int(months or 0), amount)
    with translation.override(language):
        words = reference.describe(software.title_text(), plan.text("name") if plan else "")
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in sorted(reference.attributes().items()))
    return f"<a{attributes}>{escape(words)}</a>"
