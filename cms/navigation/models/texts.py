"""The snippets with one row per language: main menu, footer, text of the missing page."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.fields import RichTextField, StreamField
from wagtail.models import DraftStateMixin, Locale, PreviewableMixin, RevisionMixin, TranslatableMixin

from cms.blocks.links import ColumnBlock, MenuItemBlock

MAX_ITEMS, MAX_COLUMNS, MAX_SUGGESTED = 8, 3, 6


class OnePerLanguage(DraftStateMixin, RevisionMixin, PreviewableMixin, TranslatableMixin, models.Model):
    """One row per language; the default language's stands in where a language has none. Drafts are not shown."""

    preview_template = "cms/navigation_preview.html"

    class Meta(TranslatableMixin.Meta):
        abstract = True

    def __str__(self) -> str:
        return capfirst(str(self._meta.verbose_name))

    def clean(self) -> None:
        super().clean()
        others = type(self)._default_manager.filter(locale_id=self.locale_id).exclude(pk=self.pk)
        if self.locale_id and others.exists():
            raise ValidationError(
                _("There is already one in this language (%(language)s). Change that one, or delete it first."),
                params={"language": Locale.objects.get(pk=self.locale_id)},
                code="second",
            )

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """A page of the shop with this in its place; ``cms.site_context`` puts it there."""
        request.previewed_snippet = self  # type: ignore[attr-defined]
        return TemplateResponse(request, self.preview_template, {"object": self}, status=200)


class Menu(OnePerLanguage):
    """The main menu, at the top of every page."""

    items: StreamField[Any] = StreamField(
        [("item", MenuItemBlock())],
        verbose_name=_("entries"),
        max_num=MAX_ITEMS,
        help_text=_("From left to right. Readers take in five or six."),
    )

    class Meta(OnePerLanguage.Meta):
        verbose_name = _("main menu")
        verbose_name_plural = _("main menu")


class Footer(OnePerLanguage):
    """The foot of every page. The seller's address and the agreements are added by the shop itself."""

    text = RichTextField(
        _("text"),
        blank=True,
        features=["bold", "italic", "link"],
        help_text=_("Shown below the seller's address: opening hours, a few lines about you."),
    )
    columns: StreamField[Any] = StreamField(
        [("column", ColumnBlock())], verbose_name=_("columns"), blank=True, max_num=MAX_COLUMNS
    )
    shows_agreements = models.BooleanField(
        _("list the agreements"), default=True, help_text=_("A column with every agreement in force.")
    )

    class Meta(OnePerLanguage.Meta):
        verbose_name = _("footer")
        verbose_name_plural = _("footer")


class NotFoundText(OnePerLanguage):
    """The text of the page for an address that leads nowhere."""

    preview_template = "errors/404.html"

    title = models.CharField(_("heading"), max_length=120, help_text=_("Say what happened, without blame."))
    text = RichTextField(
        _("text"), blank=True, features=["bold", "italic", "link"], help_text=_("What the visitor can do now.")
    )
    pages: StreamField[Any] = StreamField(
        [("page", blocks.PageChooserBlock(label=_("Page")))],
        verbose_name=_("pages to suggest"),
        blank=True,
        max_num=MAX_SUGGESTED,
        help_text=_("Shown as links below the text, each in the reader's language."),
    )

    class Meta(OnePerLanguage.Meta):
        verbose_name = _("text of the missing page (404)")
        verbose_name_plural = _("text of the missing page (404)")
