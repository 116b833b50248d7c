"""Warns about a page whose text states a price that the cart does not charge. It blocks nothing."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.models import Page

from cms.live_prices import checking
from cms.live_prices.checking import MOST, Contradiction


def warning(page: Page) -> SafeString | None:
    """The message for the marketer; None if all prices are right."""
    found = checking.contradictions(page)
    if not found:
        return None
    right = checking.right_prices(page)
    return format_html(
        "{} {}{} {}",
        _("“%(page)s” states a price that the cart does not charge:") % {"page": page.title},
        format_html_join("; ", "{}", ((_told(one),) for one in found[:MOST])),
        format_html(". {}", _("The cart charges: %(prices)s.") % {"prices": _listed(right)}) if right else ".",
        _("A live price (the tag in the editor) never goes out of date."),
    )


def _told(one: Contradiction) -> SafeString:
    place = one.place[:1].upper() + one.place[1:]
    return format_html("<strong>{}</strong> ({}: “{}”)", one.price, place, one.excerpt)


def _listed(right: list[str]) -> str:
    shown = "; ".join(right[: 2 * MOST])
    return f"{shown} …" if len(right) > 2 * MOST else shown


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def warn_when_published(request: HttpRequest, page: Page) -> None:
    """On publish and submit only: a saved draft is opened again, which shows the warning."""
    if "action-publish" in request.POST or "action-submit" in request.POST:
        _tell(request, page)


@hooks.register("before_edit_page", order=-1)
def warn_when_opened(request: HttpRequest, page: Page) -> None:
    """Only where a person opens the page: the editor also fetches it by script, and would use the message up."""
    if request.method == "GET" and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
        _tell(request, page)


def _tell(request: HttpRequest, page: Page) -> None:
    text = warning(page)
    if text:
        messages.warning(request, text)
