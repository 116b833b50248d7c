"""What the search looks through: a row for every published page."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelsearch import index


class Kind(models.TextChoices):
    """The groups of results, in the order they are shown."""

    PRODUCT = "product", _("Products")
    HELP = "help", _("Help")
    NEWS = "news", _("News")
    PAGE = "page", _("Pages")


def new_stamp() -> int:
    """40 random bits: the sum of a million of them still fits."""
    return secrets.randbits(40)


class SearchDocument(index.Indexed, models.Model):
    """A published page as the search knows it; written by ``cms.search.documents`` alone.

    ``heading`` and ``text`` are shown; ``title``, ``lead`` and ``words`` are the same, made of folded words (see
    ``cms.search.words``), so that both databases match the same: ``title`` the heading's words, ``lead`` those that say
    what it is about, ``words`` every word once, in order of the alphabet. ``software`` has the price of a product.
    ``stamp`` is another number after each change: their sum tells whether anything was changed.
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
    stamp = models.BigIntegerField(default=new_stamp)

    search_fields = [
        index.SearchField("title"),
        index.SearchField("words"),
        index.FilterField("language"),
        index.FilterField("kind"),
    ]

    class Meta:
        app_label = "site_texts"  # whose migrations make the table; ``cms.navigation.models`` imports it
        ordering = ["page"]
        indexes = [models.Index(fields=["language", "stamp"], name="search_by_language")]

    def __str__(self) -> str:
        return self.heading
