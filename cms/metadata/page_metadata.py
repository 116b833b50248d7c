"""What search engines and the language switch need to know of a page, beyond what the page itself shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.html import strip_tags
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.rich_text import RichText

#: What is shown where a page is shared: the size that networks ask for, in a format that all of them read.
SHARED = "fill-1200x630|format-jpeg|jpegquality-80"
PICTURES = ("share_image", "image", "picture")
#: Where a page says in a sentence what it is about, best first.
DESCRIPTIONS = ("search_description", "lead", "intro", "summary")
LONGEST_DESCRIPTION = 300


class Picture(NamedTuple):
    url: str
    width: int
    height: int
    alt: str


class PageMetadata(NamedTuple):
    """``description``: the editor's own, else what the page says at its beginning, else the product's line;
    ``addresses``: by the code of the language, of this page and its published translations; ``questions``: pairs of
    question and answer, plain text; ``published_at``: ISO 8601."""

    description: str
    addresses: dict[str, str]
    picture: Picture | None
    questions: tuple[tuple[str, str], ...]
    published_at: str


def read(page: Page) -> PageMetadata:
    """``page`` is of its own class. A few queries."""
    pages = Page.objects.live().filter(translation_key=page.translation_key).select_related("locale")
    by_code = {other.locale.language_code: other.get_url() for other in pages}
    return PageMetadata(
        description=_description(page),
        addresses={code: by_code[code] for code, _name in settings.LANGUAGES if by_code.get(code)},
        picture=_picture(page),
        questions=tuple(_questions(page)),
        published_at=page.first_published_at.isoformat() if page.first_published_at else "",
    )


def _description(page: Page) -> str:
    texts = [str(getattr(page, name, "") or "") for name in DESCRIPTIONS]
    software = getattr(page, "software", None)
    texts += [software.text("tagline")] if software is not None else []
    return next((" ".join(text.split()) for text in texts if text.strip()), "")[:LONGEST_DESCRIPTION]


def _picture(page: Page) -> Picture | None:
    image = next((found for name in PICTURES if (found := getattr(page, name, None)) is not None), None)
    shown = None if image else next(_pictures(_stored(page)), None)
    image = image or (get_image_model().objects.filter(pk=shown).first() if shown else None)
    if image is None:
        return None
    made = image.get_rendition(SHARED)
    return Picture(made.url, made.width, made.height, image.title)


def _stored(page: Page) -> list[Any]:
    """The blocks of all its fields, as they are stored."""
    values = [getattr(page, field.name) for field in page._meta.concrete_fields if isinstance(field, StreamField)]
    return [value.get_prep_value() for value in values if isinstance(value, StreamValue)]


def _questions(page: Page) -> Iterator[tuple[str, str]]:
    yield from _pairs(_stored(page))


def _pictures(stored: Any) -> Iterator[int]:
    """The pictures in stored blocks at any depth, in the order of the page."""
    if isinstance(stored, list):
        for part in stored:
            yield from _pictures(part)
    elif isinstance(stored, Mapping):
        if isinstance(image := stored.get("image"), int):
            yield image
        else:
            for part in stored.values():
                yield from _pictures(part)


def _pairs(stored: Any) -> Iterator[tuple[str, str]]:
    """Whatever block has a question and an answer, at any depth of stored blocks."""
    if isinstance(stored, list):
        for part in stored:
            yield from _pairs(part)
    elif isinstance(stored, Mapping):
        question, answer = stored.get("question"), stored.get("answer")
        if isinstance(question, str) and isinstance(answer, str):
            yield question, " ".join(strip_tags(str(RichText(answer)).replace("</", " </")).split())
        else:
            for part in stored.values():
                yield from _pairs(part)
