"""The help centre: its front page, its topics, and the pages that explain something."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.articles import outline, queries, voting
from cms.articles.blocks import ArticleBlock
from cms.articles.models.base import PROMOTE_PANELS, Shared
from cms.articles.panels import VotesPanel
from cms.models.base import BLOCKS_IN_ORDER, INTRO_PANEL

#: Values of the buttons under a help page.
VOTES = {"yes": True, "no": False}


class HelpIndexPage(Shared, Page):  # type: ignore[django-manager-missing]
    """``/help/``: all topics with their pages."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)

    page_description = _("Front page of the help centre. Topics and help pages are made below it.")
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["articles.HelpTopicPage", "articles.HelpPage"]
    template = "cms/articles/help_index.html"
    content_panels = [*Page.content_panels, INTRO_PANEL]
    promote_panels = PROMOTE_PANELS
    search_fields = [*Page.search_fields, index.SearchField("intro")]

    class Meta:
        verbose_name = _("help centre")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["topics"] = queries.help_topics(self, request)
        context["trail"] = queries.trail(self, request)
        context["contact_url"] = queries.contact_url(_language(), request)
        return context


class HelpTopicPage(Shared, Page):  # type: ignore[django-manager-missing]
    """A topic: lists its pages."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)

    page_description = _("A heading of the help centre. Help pages are made below it.")
    parent_page_types = ["articles.HelpIndexPage"]
    subpage_types = ["articles.HelpPage"]
    template = "cms/articles/help_topic.html"
    content_panels = [*Page.content_panels, INTRO_PANEL]
    promote_panels = PROMOTE_PANELS
    search_fields = [*Page.search_fields, index.SearchField("intro")]

    class Meta:
        verbose_name = _("help topic")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["pages"] = queries.help_pages(self, request)
        context["trail"] = queries.trail(self, request)
        context["contact_url"] = queries.contact_url(_language(), request)
        return context


class HelpPage(Shared, Page):  # type: ignore[django-manager-missing]
    """Explains one thing, step by step."""

    intro = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("One or two sentences; lists and search show them.")
    )
    body = StreamField(ArticleBlock(), verbose_name=_("text"), blank=True)

    page_description = _("Explains one thing: steps with pictures, notes, questions and answers.")
    parent_page_types = ["articles.HelpIndexPage", "articles.HelpTopicPage"]
    subpage_types: list[str] = []
    template = "cms/articles/help_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        FieldPanel("body", help_text=BLOCKS_IN_ORDER),
        VotesPanel(),
    ]
    promote_panels = PROMOTE_PANELS
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]

    class Meta:
        verbose_name = _("help page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["contents"] = outline.table_of_contents(self.body)
        context["trail"] = queries.trail(self, request)
        context["previous"], context["next"] = queries.neighbours(self, request)
        context["contact_url"] = queries.contact_url(_language(), request)
        context["answer"] = _answer(request.GET.get("helpful", ""))
        return context

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A POST is the answer to 'was this helpful?': with htmx a fragment, else back to the page that says thanks."""
        if request.method != "POST":
            answer: HttpResponse = super().serve(request, *args, **kwargs)
            return answer
        said = _answer(request.POST.get("helpful", ""))
        if said:
            voting.vote(request, page_id=self.pk, is_helpful=VOTES[said])
        if request.headers.get("HX-Request"):
            context = {"page": self, "answer": said, "contact_url": queries.contact_url(_language(), request)}
            return render(request, "cms/articles/helpful.html", context)
        return redirect(f"{self.get_url(request)}?helpful={said}#helpful" if said else self.get_url(request))


def _answer(said: str) -> str:
    return said if said in VOTES else ""


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
