"""The body of help pages and news: its blocks, and how they hang together.

A heading opens a section, stands in the table of contents and restarts the numbering of steps. Other blocks between
two steps do not interrupt it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import StreamValue
from wagtail.images.blocks import ImageBlock

from cms import renditions
from cms.blocks.texts import FEATURES, SHORT, NoteBlock, QuestionBlock
from cms.blocks.values import pictures

#: Fewer headings are not worth a table of contents.
MIN_CONTENTS = 3
STEP = "step"


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the table of contents; ``anchor`` is the id of its heading."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Part:
    """A block as it is shown. ``anchor`` is for headings. Consecutive steps are one part: pairs of number and block,
    with titles of heading level ``level``, below the section's heading or, without one, below the page's."""

    kind: str
    block: Any = None
    anchor: str = ""
    steps: tuple[tuple[int, Any], ...] = ()
    level: int = 3


def table_of_contents(body: StreamValue) -> list[Heading]:
    """The headings of an article; empty if there are fewer than ``MIN_CONTENTS``."""
    headings = [Heading(block.value, anchor) for block, anchor in _anchored(body) if anchor]
    return headings if len(headings) >= MIN_CONTENTS else []


def parts(body: StreamValue) -> list[Part]:
    """The blocks in the order they are shown. One query for the renditions of all pictures."""
    renditions.prefetch_in_text(list(pictures(body)))
    shown: list[Part] = []
    number = 0
    for is_steps, group in groupby(_anchored(body), key=lambda pair: pair[0].block_type == STEP):
        if is_steps:
            steps = tuple(enumerate((block for block, _ in group), start=number + 1))
            number += len(steps)
            shown.append(Part(STEP, steps=steps, level=3 if any(part.anchor for part in shown) else 2))
            continue
        for block, anchor in group:
            if anchor:
                number = 0
            shown.append(Part(block.block_type, block=block, anchor=anchor))
    return shown


def _anchored(body: StreamValue) -> Iterator[tuple[Any, str]]:
    """Every block with its anchor: unique for each heading, "" for all other blocks."""
    used: set[str] = set()
    for block in body:
        anchor = ""
        if block.block_type == "heading":
            slug = slugify(block.value, allow_unicode=True) or "section"
            anchor = next(name for name in _numbered(slug) if name not in used)
            used.add(anchor)
        yield block, anchor


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        label = _("Heading")
        description = _("Starts a section and appears in the table of contents. Step numbers start again at 1.")
        preview_value = "Pay"
        template = "cms/articles/blocks/heading.html"


class ArticleTextBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = _("Text")
        description = _("Paragraphs, lists, links.")
        preview_value = "<p>The payment link also waits in your mail and in <b>your account</b>.</p>"
        template = "cms/articles/blocks/text.html"


class ArticleStepBlock(blocks.StructBlock):
    """One step of a walk-through."""

    title = blocks.CharBlock(label=_("What to do"), max_length=120)
    text = blocks.RichTextBlock(label=_("Explanation"), required=False, features=SHORT)
    picture = ImageBlock(label=_("Picture"), required=False)

    class Meta:
        icon = "list-ol"
        label = _("Step")
        description = _("One step of a walk-through, with its picture. Steps number themselves.")
        preview_value = {"title": "Choose a period", "text": "<p>The price follows at once.</p>", "picture": None}
        template = "cms/articles/blocks/step.html"


class PictureBlock(blocks.StructBlock):
    picture = ImageBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")
        description = _("A picture with a caption.")
        template = "cms/articles/blocks/picture.html"


class ArticleQuestionsBlock(blocks.StructBlock):
    """Questions that open to their answers, also told to search engines."""

    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1)

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        description = _("Questions that open to show their answers. Search engines may show them.")
        preview_value = {"questions": [{"question": "Is VAT included?", "answer": "<p>Prices are net.</p>"}]}
        template = "cms/articles/blocks/questions.html"


class PaymentMethodBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Payment method"), max_length=80)
    about = blocks.CharBlock(
        label=_("What to know"), max_length=300, help_text=_("Which cards, which devices, limits.")
    )
    confirmed = blocks.CharBlock(label=_("Counts as paid"), max_length=120, help_text=_("For example: within seconds."))

    class Meta:
        icon = "tag"
        label = _("Payment method")


class PaymentMethodsBlock(blocks.StructBlock):
    methods = blocks.ListBlock(PaymentMethodBlock(), label=_("Payment methods"), min_num=1)

    class Meta:
        icon = "table"
        label = _("Payment methods")
        description = _("A table: the method, what to know about it, when it counts as paid.")
        preview_value = {"methods": [{"name": "Card", "about": "Visa, Mastercard", "confirmed": "within seconds"}]}
        template = "cms/articles/blocks/payment_methods.html"


class ArticleBlock(blocks.StreamBlock):
    """The body of an article."""

    heading = HeadingBlock(max_length=120)
    text = ArticleTextBlock(features=FEATURES)
    step = ArticleStepBlock()
    note = NoteBlock()
    picture = PictureBlock()
    questions = ArticleQuestionsBlock()
    payment_methods = PaymentMethodsBlock()

    class Meta:
        template = "cms/articles/blocks/article.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        context["parts"] = parts(value)
        return context
