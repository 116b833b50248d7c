"""Which blocks each kind of page may hold, and how they become HTML."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe
from wagtail import blocks
from wagtail.models import Page

from catalogue.plans.buy_box import BuyBox
from cms import renditions
from cms.blocks.latest_news import LatestNewsBlock
from cms.blocks.media import DownloadsBlock, HeroBlock, ScreenshotsBlock, VideoBlock
from cms.blocks.offers import CallToActionBlock, ComparisonBlock, ForeignComparisonBlock, RelatedBlock
from cms.blocks.references import ChangelogBlock, DocumentationBlock
from cms.blocks.texts import (
    FeaturesBlock,
    NoteBlock,
    QuestionsBlock,
    QuotesBlock,
    RequirementsBlock,
    StepsBlock,
    TextBlock,
)
from cms.blocks.values import pictures


class TextContent(blocks.StreamBlock):
    """A plain page."""

    text = TextBlock()
    note = NoteBlock()
    features = FeaturesBlock()
    steps = StepsBlock()
    screenshots = ScreenshotsBlock()
    quotes = QuotesBlock()
    questions = QuestionsBlock()
    video = VideoBlock()
    downloads = DownloadsBlock()
    call_to_action = CallToActionBlock()


class HomeContent(TextContent):
    """The front page and categories."""

    hero = HeroBlock()
    comparison = ForeignComparisonBlock()
    related = RelatedBlock()
    news = LatestNewsBlock()


class ProductContent(TextContent):
    """A product's page."""

    hero = HeroBlock()
    comparison = ComparisonBlock()
    requirements = RequirementsBlock()
    changelog = ChangelogBlock()
    documentation = DocumentationBlock()
    related = RelatedBlock()


def content_html(page: Page, *, box: BuyBox | None = None) -> SafeString:
    """The field ``content`` of a page as HTML. ``box``: what a product page sells.

    One query for the renditions of all pictures; what blocks show of other pages costs queries of their own.
    """
    content = page.content
    renditions.prefetch_in_text(list(pictures(content)))
    # The buy box links to the first comparison of its own product.
    own = (block for block in content if block.block_type == "comparison" and not block.value.get("product"))
    first = next(own, None) if box else None
    context = {"page": page, "box": box}
    parts = (block.render(context | {"anchor": "compare" if block is first else ""}) for block in content)
    return mark_safe("".join(parts))  # noqa: S308  (rendered by Wagtail)


def has_block(page: Page, kind: str) -> bool:
    """Whether the page's content has a block of this kind at its top level."""
    return any(block.block_type == kind for block in page.content)
