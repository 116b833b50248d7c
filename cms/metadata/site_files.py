"""robots.txt, the sitemap and the web app manifest. Their addresses begin with SITE_URL, whatever host is asked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import SitemapIndexItem
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from cms.metadata.sitemap import AgreementMap, PageMap

#: Views that search engines should not visit: search, cart and checkout, account.
NOT_FOR_ROBOTS = ("search", "cart", "checkout", "account-home")
#: Parts of the site whose views all take arguments.
PREFIXES = ("/pay/",)
SECTIONS: dict[str, type[Sitemap[Any]]] = {"pages": PageMap, "agreements": AgreementMap}
A_DAY = 24 * 3600


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What is not worth a visit, in every language, and where the sitemap is."""
    lines = ["User-agent: *"]
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            home = reverse("home")
            paths = [reverse(name) for name in NOT_FOR_ROBOTS] + [home.rstrip("/") + prefix for prefix in PREFIXES]
        lines += [f"Disallow: {path}" for path in paths]
    lines.append(f"Disallow: {settings.WAGTAIL_PATH}")
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """All addresses; for a large site an index of its parts."""
    parts = {name: kind() for name, kind in SECTIONS.items()}
    pages = {name: part.paginator.num_pages for name, part in parts.items()}
    if max(pages.values()) == 1:
        return _urlset(request, [url for part in parts.values() for url in part.get_urls()])
    files = [
        SitemapIndexItem(_file(name, number), part.get_latest_lastmod())  # type: ignore[arg-type]
        for name, part in parts.items()
        for number in range(1, pages[name] + 1)
    ]
    return _xml(render(request, "sitemap_index.xml", {"sitemaps": files}))


@require_safe
def section(request: HttpRequest, section: str) -> HttpResponse:
    """A part of the sitemap; ``?p=``: its page."""
    if section not in SECTIONS:
        raise Http404
    try:
        return _urlset(request, SECTIONS[section]().get_urls(page=request.GET.get("p", "1")))
    except InvalidPage as exc:
        raise Http404 from exc


def _file(name: str, number: int) -> str:
    address = settings.SITE_URL + reverse("sitemap-section", args=[name])
    return f"{address}?p={number}" if number > 1 else address


def _urlset(request: HttpRequest, urls: list[dict[str, Any]]) -> HttpResponse:
    return _xml(render(request, "sitemap.xml", {"urlset": urls}))


def _xml(response: HttpResponse) -> HttpResponse:
    response["Content-Type"] = "application/xml; charset=utf-8"
    response["X-Robots-Tag"] = "noindex"  # the sitemap itself, not what it lists
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """How a phone shows the shop on its home screen."""
    icons = [
        {"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    values = {
        "name": settings.SHOP_NAME,
        "short_name": settings.SHOP_NAME[:12].strip(),
        "start_url": "/",
        "display": "browser",
        "background_color": "#f7f8fa",
        "theme_color": "#ffffff",
        "icons": icons,
    }
    response = JsonResponse(values, content_type="application/manifest+json")
    response["Cache-Control"] = f"public, max-age={A_DAY}"
    return response
