"""The table that the search looks through: a row for every published page."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelsearch import index


class ResultKind(models.TextChoices):
    """The groups of results, in the order they are shown."""

    PRODUCT = "product", _("Products")
    HELP = "help", _("Help")
    NEWS = "news", _("News")
    PAGE = "page", _("Pages")


def new_stamp() -> int:
    """40 random bits: the sum of a million of them still fits."""
    return secrets.randbits(40)


class SearchDocument(index.Indexed, models.Model):
    """A published page as the search knows it; written only by ``cms.search.documents``.

    ``heading`` and ``text`` are shown. ``title``, ``lead`` and ``words`` hold folded words (see ``cms.search.words``),
    so that both databases match alike: ``title`` those of the heading, ``lead`` those that say what the page is about,
    ``words`` every word once, in alphabetical order. ``software`` has the price of a product. ``stamp`` is another
    number after each change, so that the sum of all stamps tells whether anything has changed.
    """

    page = models.OneToOneField(
        "wagtailcore.Page", on_delete=models.CASCADE, primary_key=True, related_name="search_document"
    )
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=10, choices=ResultKind)
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
