"""What articles show of other pages, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.http import HttpRequest
from wagtail.models import Page
from wagtail.query import PageQuerySet

from cms import cards
from cms.cards import Picture

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str
    intro: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading of the help centre with its pages; without a title those that belong to no topic."""

    title: str
    url: str
    intro: str
    pages: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Teaser:
    """A news item in a list."""

    title: str
    url: str
    summary: str
    published_on: date
    picture: Picture | None


def trail(page: Page, request: HttpRequest | None = None) -> list[tuple[str, str]]:
    """Titles and addresses of the published pages above this one, home first; one query."""
    above = page.get_ancestors().filter(depth__gt=1).live()
    return [(each.title, each.get_url(request) or "/") for each in above]


def help_topics(index: Page, request: HttpRequest | None = None) -> list[Topic]:
    """The help centre in the order of its tree; two queries however large it is."""
    topics = apps.get_model("articles", "HelpTopicPage").objects.live().child_of(index)
    below: dict[str, list[Link]] = {}
    for each in apps.get_model("articles", "HelpPage").objects.live().descendant_of(index).order_by("path"):
        below.setdefault(each.path[: -each.steplen], []).append(_link(each, request))
    loose = tuple(below.get(index.path, ()))
    found = [Topic("", "", "", loose)] if loose else []
    for topic in topics.order_by("path"):
        pages = tuple(below.get(topic.path, ()))
        found += [Topic(topic.title, topic.get_url(request) or "", topic.intro, pages)] if pages else []
    return found


def help_pages(topic: Page, request: HttpRequest | None = None) -> list[Link]:
    """The pages right below a topic, in the order of the tree; one query."""
    pages = apps.get_model("articles", "HelpPage").objects.live().child_of(topic).order_by("path")
    return [_link(each, request) for each in pages]


def neighbours(page: Page, request: HttpRequest | None = None) -> tuple[Link | None, Link | None]:
    """The help page before and the one after this, under the same parent; two queries."""
    pages = apps.get_model("articles", "HelpPage").objects.live().child_of(page.get_parent())
    before = pages.filter(path__lt=page.path).order_by("-path").first()
    after = pages.filter(path__gt=page.path).order_by("path").first()
    return before and _link(before, request), after and _link(after, request)


def contact_url(language: str, request: HttpRequest | None = None) -> str:
    """The contact page in a language; nothing if there is none. One query."""
    pages = apps.get_model("articles", "ContactPage").objects.live().filter(locale__language_code=language)
    page = pages.order_by("path").first()
    return (page.get_url(request) or "") if page else ""


def news(language: str) -> PageQuerySet:
    """Published news of a language, newest first, with the pictures of lists."""
    pages = apps.get_model("articles", "NewsPage").objects.filter(live=True, locale__language_code=language)
    return pages.prefetch_related(cards.with_pictures()).order_by("-published_on", "-pk")


def teasers(pages: Any, request: HttpRequest | None = None) -> Iterator[Teaser]:
    """What lists show of these news, which come from ``news``; pictures not cut to size yet are cut now."""
    for page in pages:
        yield Teaser(
            page.title,
            page.get_url(request) or "",
            page.summary,
            page.published_on,
            cards.picture(page.image, cards.SMALL),
        )


def _link(page: Any, request: HttpRequest | None) -> Link:
    return Link(page.title, page.get_url(request) or "", page.intro)
