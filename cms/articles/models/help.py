"""The help centre: its front page, its topics, and the pages that explain something."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple, Self

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.search import index

from cms.articles.models.contact import contact_url
from cms.articles.models.votes import VotesPanel, vote
from cms.blocks.articles import ArticleBlock, table_of_contents
from cms.page_base import BLOCKS_IN_ORDER, INTRO_PANEL, ArticlePage, PublishedQuerySet
from storefront.core.htmx import HtmxRequest

#: Values of the buttons under a help page.
VOTES = {"yes": True, "no": False}


class HelpLink(NamedTuple):
    title: str
    url: str
    intro: str = ""


class HelpTopic(NamedTuple):
    """A topic with its pages; without a title, the pages that belong to no topic."""

    title: str
    url: str
    intro: str
    pages: tuple[HelpLink, ...]


class HelpCentrePage(ArticlePage):  # type: ignore[django-manager-missing]
    """A page of the help centre; the template also gets ``contact_url``."""

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["contact_url"] = contact_url(request)
        return context

    def link(self, request: HttpRequest | None = None) -> HelpLink:
        return HelpLink(self.title, self.get_url(request) or "", self.intro)


class HelpIndexPage(HelpCentrePage):  # type: ignore[django-manager-missing]
    """``/help/``: all topics with their pages."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)

    page_description = _("Front page of the help centre. Topics and help pages are made below it.")
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["articles.HelpTopicPage", "articles.HelpPage", "articles.PaymentMethodsPage"]
    template = "cms/articles/help_index.html"
    content_panels = [*Page.content_panels, INTRO_PANEL]
    search_fields = [*Page.search_fields, index.SearchField("intro")]

    class Meta:
        verbose_name = _("help centre")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["topics"] = self.topics(request)
        return context

    def topics(self, request: HttpRequest | None = None) -> list[HelpTopic]:
        """Every topic that has pages, in the order of the page tree; two queries."""
        pages: dict[str, list[HelpLink]] = {}  # by the tree path of the parent
        for page in HelpPage.objects.live().descendant_of(self).order_by("path"):
            pages.setdefault(page.path[: -page.steplen], []).append(page.link(request))
        topics = [HelpTopic("", "", "", tuple(pages.get(self.path, ())))]
        for topic in HelpTopicPage.objects.live().child_of(self).order_by("path"):
            title, url, intro = topic.link(request)
            topics.append(HelpTopic(title, url, intro, tuple(pages.get(topic.path, ()))))
        return [topic for topic in topics if topic.pages]


class HelpTopicPage(HelpCentrePage):  # type: ignore[django-manager-missing]
    """A topic: lists its pages."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)

    page_description = _("A heading of the help centre. Help pages are made below it.")
    parent_page_types = ["articles.HelpIndexPage"]
    subpage_types = ["articles.HelpPage", "articles.PaymentMethodsPage"]
    template = "cms/articles/help_topic.html"
    content_panels = [*Page.content_panels, INTRO_PANEL]
    search_fields = [*Page.search_fields, index.SearchField("intro")]

    class Meta:
        verbose_name = _("help topic")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["pages"] = [page.link(request) for page in HelpPage.objects.live().child_of(self).order_by("path")]
        return context


class HelpPageQuerySet(PublishedQuerySet):
    def beside(self, page: HelpPage) -> Self:
        """The published help pages under the same parent, this one among them."""
        siblings: Self = self.live().child_of(page.get_parent())
        return siblings


class HelpPage(HelpCentrePage):  # type: ignore[django-manager-missing]
    """Explains one thing, step by step."""

    intro = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("One or two sentences; lists and search show them.")
    )
    body = StreamField(ArticleBlock(), verbose_name=_("text"), blank=True)

    objects: ClassVar[Any] = PageManager.from_queryset(HelpPageQuerySet)()

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
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]

    class Meta:
        verbose_name = _("help page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["contents"] = table_of_contents(self.body)
        context["previous"], context["next"] = self.neighbours(request)
        context["answer"] = _answer(request.GET.get("helpful", ""))
        return context

    def neighbours(self, request: HttpRequest | None = None) -> tuple[HelpLink | None, HelpLink | None]:
        """The pages before and after this one under the same parent; three queries."""
        siblings = HelpPage.objects.beside(self)
        before = siblings.filter(path__lt=self.path).order_by("-path").first()
        after = siblings.filter(path__gt=self.path).order_by("path").first()
        return before and before.link(request), after and after.link(request)

    def serve(self, request: HtmxRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A POST answers 'was this helpful?': with htmx a fragment, else back to the page, which says thanks."""
        if request.method != "POST":
            response: HttpResponse = super().serve(request, *args, **kwargs)
            return response
        answer = _answer(request.POST.get("helpful", ""))
        if answer:
            vote(request, page_id=self.pk, is_helpful=VOTES[answer])
        if request.htmx:
            context = {"page": self, "answer": answer, "contact_url": contact_url(request)}
            return render(request, "cms/articles/helpful.html", context)
        return redirect(f"{self.get_url(request)}?helpful={answer}#helpful" if answer else self.get_url(request))


def _answer(value: str) -> str:
    return value if value in VOTES else ""
