"""What readers say about help pages."""

from __future__ import annotations

from django.db import models


class HelpVotes(models.Model):
    """How many readers found a help page helpful and how many did not. Apart from the page, so that an older revision
    does not bring back older figures."""

    page = models.OneToOneField("articles.HelpPage", on_delete=models.CASCADE, related_name="votes", primary_key=True)
    yes = models.PositiveIntegerField(default=0)
    no = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "votes"
        verbose_name_plural = "votes"

    def __str__(self) -> str:
        return f"{self.yes} : {self.no}"
