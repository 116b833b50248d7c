"""What the shop's own pages have in common."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page, PagePermissionTester

TEXT_FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr", "price"]
PER_PAGE = 24

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
BLOCKS_IN_ORDER = _("Blocks, shown in this order. A preview stands beside each one when you choose it.")
MENU_PANEL = MultiFieldPanel([FieldPanel("show_in_menus")], heading=_("For site menus"))


def picture(label: Any, **more: Any) -> models.ForeignKey[Any, Any]:
    """A picture of Wagtail's, which a page loses when it is deleted."""
    return models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=label,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        **more,
    )


class Shared(models.Model):
    """What is shown where a page is shared; without it the page's own picture is."""

    share_image = picture(
        _("picture where it is shared"), help_text=_("Best 1200 × 630. Empty: the picture of the page itself.")
    )

    class Meta:
        abstract = True


class OnlyOne(PagePermissionTester):
    """There is nothing to make a second of: the address is the shop's, or the product's or category's."""

    def can_copy(self) -> bool:
        return False


class ShopPage(Shared, Page):  # type: ignore[django-manager-missing]
    """A page at a fixed address, readable by everyone: it is found by one query, see ``cms.views``."""

    #: Nothing to keep private on the shop's own pages, so serving them need not ask.
    private_page_options: list[str] = []
    #: The address is not edited, because outside systems link to it.
    promote_panels = [SEARCH_ENGINE_PANEL, MENU_PANEL]

    class Meta:
        abstract = True

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return OnlyOne(user, self)

    @property
    def locale_code(self) -> str:
        """The language of this page, without asking the database: it is the one its address has."""
        return get_language() or settings.LANGUAGE_CODE
