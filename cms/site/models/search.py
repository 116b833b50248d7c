"""What the search looks through: a row for every published page, and the words of each language."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelsearch import index


class Kind(models.TextChoices):
    """The groups of results, in the order they are shown."""

    PRODUCT = "product", _("Products")
    HELP = "help", _("Help")
    NEWS = "news", _("News")
    PAGE = "page", _("Pages")


class SearchDocument(index.Indexed, models.Model):
    """A published page as the search knows it; written by ``cms.search.documents`` alone.

    ``heading`` and ``text`` are shown; ``title``, ``lead`` and ``words`` are the same, made of folded words (see
    ``cms.search.words``), so that both databases match the same: ``title`` the heading's words, ``lead`` those that say
    what it is about, ``words`` every word once, in order of the alphabet. ``software`` has the price of a product.
    """

    page = models.OneToOneField(
        "wagtailcore.Page", on_delete=models.CASCADE, primary_key=True, related_name="search_document"
    )
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=10, choices=Kind)
    software = models.ForeignKey(
        "plans.SoftwareProduct", on_delete=models.SET_NULL, null=True, related_name="search_documents"
    )
    heading = models.CharField(max_length=255)
    text = models.TextField(blank=True)
    title = models.CharField(max_length=600, blank=True)
    lead = models.TextField(blank=True)
    words = models.TextField(blank=True)

    search_fields = [
        index.SearchField("title"),
        index.SearchField("words"),
        index.FilterField("language"),
        index.FilterField("kind"),
    ]

    class Meta:
        ordering = ["page"]
        indexes = [models.Index(fields=["language", "kind"])]

    def __str__(self) -> str:
        return self.heading


class Vocabulary(models.Model):
    """How many documents of a language have each word. ``stamp`` is another one after each change, so that who has read
    it knows when to read it again."""

    language = models.CharField(max_length=10, primary_key=True)
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    stamp = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.language
