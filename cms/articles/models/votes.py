"""'Was this helpful?' at help pages: counted, and nothing is kept about who answered."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from storefront.core import throttle, visitor


class HelpVotes(models.Model):
    """How many readers found a help page helpful and how many did not. Apart from the page, so that going back to an
    older revision does not bring back older figures."""

    page = models.OneToOneField("articles.HelpPage", on_delete=models.CASCADE, related_name="votes", primary_key=True)
    yes = models.PositiveIntegerField(default=0)
    no = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "votes"
        verbose_name_plural = "votes"

    def __str__(self) -> str:
        return f"{self.yes} : {self.no}"


def vote(request: HttpRequest, *, page_id: int, is_helpful: bool) -> bool:
    """Count a reader's answer, once a day for each page and visitor's address; returns whether it was counted.

    The limits are settings.THROTTLES["help-vote"] (all pages) and ["help-vote-page"] (this one).
    """
    try:
        throttle.hit_key("help-vote-page", f"{visitor.throttle_key(request)}:{page_id}")
        throttle.hit("help-vote", request)
    except throttle.Throttled:
        return False
    column = "yes" if is_helpful else "no"
    HelpVotes.objects.get_or_create(page_id=page_id)
    HelpVotes.objects.filter(page_id=page_id).update(**{column: F(column) + 1})
    return True


class VotesPanel(Panel):
    """Shows editors how readers answered."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("heading", _("Was this helpful?"))
        super().__init__(**kwargs)

    def on_model_bound(self) -> None:
        self.icon = "check"

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/articles/votes_panel.html"

        def is_shown(self) -> bool:
            """Not for a page that is not saved yet."""
            return bool(super().is_shown() and self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            context["votes"] = getattr(self.instance, "votes", None)
            return context
