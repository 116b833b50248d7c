"""News as an Atom feed, one for each language."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed

from cms.articles import queries

if TYPE_CHECKING:
    from cms.articles.models import NewsIndexPage

MOST = 20


def respond(page: NewsIndexPage, request: HttpRequest) -> HttpResponse:
    """The newest news of the page's language, with absolute addresses; two queries."""
    url = settings.SITE_URL + (page.get_url(request) or "/")
    language = page.locale.language_code
    feed = Atom1Feed(
        title=f"{page.title} – {settings.SHOP_NAME}",
        link=url,
        description=page.intro,
        language=language,
        feed_url=f"{url}feed/",
        author_name=settings.SHOP_NAME,
    )
    for news in queries.news(language).child_of(page)[:MOST]:
        address = settings.SITE_URL + (news.get_url(request) or "/")
        feed.add_item(
            title=news.title,
            link=address,
            description=news.summary,
            unique_id=f"urn:uuid:{news.translation_key}:{language}",
            pubdate=datetime.combine(news.published_on, time(), tzinfo=UTC),
            updateddate=news.last_published_at or datetime.combine(news.published_on, time(), tzinfo=UTC),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
