"""Counts visits: one row for each visitor, day, step and product. Programs and staff are left out.

A visitor is a hash of address and browser under the day's salt; nothing else about them is stored.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from datetime import date
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from catalogue.plans.models import SoftwareProduct
from cms.statistics.models import DaySalt, Sighting, Step
from storefront.core import clock, throttle
from storefront.core.csrf import without_token
from storefront.core.visitor import throttle_key

logger = logging.getLogger(__name__)
#: Longer User-Agent headers are cut.
MAX_AGENT = 300
#: "Cubot" is a maker of telephones.
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|bot[/;_-]|crawl|spider|slurp|scrap|preview|prerender|monitor|uptime|pingdom|lighthouse|headless|"
    r"phantomjs|selenium|facebookexternalhit|facebookcatalog|meta-external|whatsapp/|skypeuri|vkshare|mediapartners|"
    r"feedfetcher|validator|archiver|curl/|wget/|libwww|python|aiohttp|httpx|go-http|java/|okhttp|ruby|perl|php/|"
    r"axios|node-fetch|undici|postman|insomnia|ahrefs|semrush|dataprovider|nmap|nikto|zgrab|gptbot|claude|perplexity",
    re.IGNORECASE,
)


@without_token
@require_POST
def product_seen(request: HttpRequest, software_id: int) -> HttpResponse:
    """Posted by a product page that somebody looks at (static/js/visit.js); always answers 204.

    Rendering the page cannot count: browsers prefetch it and proxies answer in its place.
    """
    try:
        throttle.hit("visit", request)
    except throttle.Throttled:
        return HttpResponse(status=204)
    _count(request, Step.VIEW, SoftwareProduct.objects.filter(pk=software_id).first())
    return HttpResponse(status=204)


def put_in_cart(sender: Any, *, product: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Receiver of Oscar's ``basket_addition``: ``product`` is the child that was put in."""
    _count(request, Step.CART, SoftwareProduct.objects.filter(plans__prices__product=product.pk).first())


def visitor_hash(address: str, agent: str, salt: str) -> str:
    """128 bits of address and browser under the day's salt, hexadecimal."""
    text = f"{address}\n{agent}".encode(errors="replace")
    return hashlib.blake2b(text, key=bytes.fromhex(salt), digest_size=16).hexdigest()


def is_program(agent: str) -> bool:
    """Whether a User-Agent header is empty or that of a search engine, a link preview, a monitor or a script. Programs
    that pretend to be a browser count as people."""
    return not agent or _PROGRAM.search(agent) is not None


def _count(request: HttpRequest, step: Step, software: SoftwareProduct | None) -> None:
    """A visit that the database refuses is lost: counting must not cost the visitor their page."""
    agent = request.META.get("HTTP_USER_AGENT", "")[:MAX_AGENT]
    if software is None or is_program(agent) or _works_here(request.user):
        return
    day = clock.today()
    try:
        visitor = visitor_hash(throttle_key(request), agent, _salt(day))
        row = Sighting(day=day, step=step, software=software, visitor=visitor)
        Sighting.objects.bulk_create([row], ignore_conflicts=True)
    except Error as exc:
        logger.warning("a visit was not counted (%s)", type(exc).__name__)


def _works_here(user: Any) -> bool:
    return bool(user.is_authenticated and (user.is_staff or user.has_perm("wagtailadmin.access_admin")))


def _salt(day: date) -> str:
    """The day's salt, created by the first visit."""
    salt: str = DaySalt.objects.get_or_create(day=day, defaults={"salt": secrets.token_hex(32)})[0].salt
    return salt
