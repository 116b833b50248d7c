"""Which blocks each kind of page may hold."""

from __future__ import annotations

from wagtail import blocks

from cms.articles.blocks import NoteBlock
from cms.articles.teaser import LatestNewsBlock
from cms.blocks.media import DownloadsBlock, HeroBlock, ScreenshotsBlock, VideoBlock
from cms.blocks.offers import CallToActionBlock, ComparisonBlock, ForeignComparisonBlock, RelatedBlock
from cms.blocks.references import ChangelogBlock, DocumentationBlock
from cms.blocks.texts import FeaturesBlock, QuestionsBlock, QuotesBlock, RequirementsBlock, StepsBlock, TextBlock


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
