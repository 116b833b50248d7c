"""What is to be known of a page beyond what it shows: its description, picture, questions and other languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.html import strip_tags
from wagtail.blocks import StructValue
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.rich_text import RichText

from cms import renditions
from cms.blocks.values import pictures, walk
from cms.renditions import SHARED, Picture

#: Fields with the picture of a page, and with a sentence on what it is about; best first.
PICTURES = ("share_image", "image", "picture")
DESCRIPTIONS = ("search_description", "lead", "intro", "summary")
MAX_DESCRIPTION = 300


class PageMetadata(NamedTuple):
    """``description``: the editor's own, else what the page says at its beginning, else the product's tagline;
    ``picture``: for networks where the page is shared; ``questions``: pairs of question and answer, plain text;
    ``published_at``: ISO 8601."""

    description: str
    picture: Picture | None
    questions: tuple[tuple[str, str], ...]
    published_at: str


def read(page: Page) -> PageMetadata:
    """``page`` is of its own class. No query beyond those for its blocks and the rendition of its picture."""
    return PageMetadata(
        description=_description(page),
        picture=_picture(page),
        questions=tuple(_questions(page)),
        published_at=page.first_published_at.isoformat() if page.first_published_at else "",
    )


def addresses(page: Page) -> dict[str, str]:
    """Where the page and its published translations are, by the code of the language; one query."""
    pages = Page.objects.live().filter(translation_key=page.translation_key).select_related("locale")
    by_code = {each.locale.language_code: each.get_url() for each in pages}
    return {code: by_code[code] for code, _name in settings.LANGUAGES if by_code.get(code)}


def _description(page: Page) -> str:
    texts = [str(getattr(page, name, "") or "") for name in DESCRIPTIONS]
    software = getattr(page, "software", None)
    texts += [software.text("tagline")] if software is not None else []
    return next((" ".join(text.split()) for text in texts if text.strip()), "")[:MAX_DESCRIPTION]


def _picture(page: Page) -> Picture | None:
    own = (getattr(page, name, None) for name in PICTURES)
    image = next((image for image in own if image is not None), None)
    return renditions.cut(image or next((image for value in _streams(page) for image in pictures(value)), None), SHARED)


def _questions(page: Page) -> Iterator[tuple[str, str]]:
    """Every block with a question and an answer, at any depth."""
    for stream in _streams(page):
        for value in walk(stream):
            if isinstance(value, StructValue) and {"question", "answer"} <= value.keys():
                yield value["question"], _plain(value["answer"])


def _streams(page: Page) -> list[Any]:
    return [getattr(page, field.name) for field in page._meta.concrete_fields if isinstance(field, StreamField)]


def _plain(text: RichText) -> str:
    return " ".join(strip_tags(str(text).replace("</", " </")).split())
