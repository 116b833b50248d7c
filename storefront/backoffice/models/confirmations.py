"""Which confirmations of acts are used up."""

from __future__ import annotations

from django.db import models

from storefront.core import clock


class ConfirmedAct(models.Model):
    """A confirmation that was carried out, or is being. ``url``: where its person was led, "" until it is done."""

    key = models.CharField(max_length=32, unique=True)
    url = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"confirmation {self.pk}"
