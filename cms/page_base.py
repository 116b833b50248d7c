"""What pages have in common."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page, PageManager, PagePermissionTester
from wagtail.query import PageQuerySet

from storefront.core.language import current_language

SEARCH_ENGINE_PANEL = MultiFieldPanel(
    [FieldPanel("seo_title"), FieldPanel("search_description"), FieldPanel("share_image")],
    heading=_("For search engines and where the page is shared"),
)
#: Wagtail's own panel for titles looks for a field with the address to fill in and fails where there is none.
TITLE_PANEL = FieldPanel("title", classname="title")
INTRO_PANEL = FieldPanel(
    "intro",
    help_text=_("One or two sentences below the title. Search engines show them too, if nothing is written for those."),
)
BLOCKS_IN_ORDER = _("Blocks are shown in this order. When you add one, a preview shows what it looks like.")
MENU_PANEL = MultiFieldPanel([FieldPanel("show_in_menus")], heading=_("For site menus"))
PROMOTE_PANELS = [FieldPanel("slug"), SEARCH_ENGINE_PANEL, MENU_PANEL]


def picture(label: Any, **more: Any) -> models.ForeignKey[Any, Any]:
    """A field for a picture; deleting the picture empties it."""
    return models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=label,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        **more,
    )


class PublishedQuerySet(PageQuerySet):
    def published(self, language: str = "") -> Self:
        """Published pages in one language, by default the reader's, in the order of the page tree."""
        pages: Self = self.live().filter(locale__language_code=language or current_language()).order_by("path")
        return pages


class SharedPage(models.Model):
    """A page with a picture for the places where it is shared; without it, its own picture is shown there."""

    share_image = picture(
        _("picture where it is shared"), help_text=_("Ideally 1200 × 630. Leave empty for the page's own picture.")
    )

    class Meta:
        abstract = True


class NoCopyPermissionTester(PagePermissionTester):
    """For pages that are not copied: their address is the shop's, the product's or the category's."""

    def can_copy(self) -> bool:
        return False


class ShopPage(SharedPage, Page):  # type: ignore[django-manager-missing]
    """A page at a fixed address, readable by everyone. ``cms.views`` finds it with one query."""

    #: Pages of the shop itself cannot be made private, so serving them need not ask.
    private_page_options: list[str] = []
    #: The address is not edited: outside systems link to it.
    promote_panels = [SEARCH_ENGINE_PANEL, MENU_PANEL]

    objects: ClassVar[Any] = PageManager.from_queryset(PublishedQuerySet)()

    class Meta:
        abstract = True

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return NoCopyPermissionTester(user, self)

    @property
    def locale_code(self) -> str:
        """The language of this page without a query: it is that of its address, so the current one."""
        return current_language()


class ArticlePage(SharedPage, Page):  # type: ignore[django-manager-missing]
    """A page whose template shows the way to it: ``trail``, titles and addresses of the published pages above it,
    home first (one query)."""

    promote_panels = PROMOTE_PANELS

    objects: ClassVar[Any] = PageManager.from_queryset(PublishedQuerySet)()

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        above = self.get_ancestors().filter(depth__gt=1).live()
        context["trail"] = [(page.title, page.get_url(request) or "/") for page in above]
        return context
