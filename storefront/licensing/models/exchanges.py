"""What was said to Bitrix24 and what it answered."""

from django.db import models

from storefront.core import clock


class PortalExchange(models.Model):
    """One request to a portal or to the authorization server, masked (gateways.bitrix24.exchanges), and its answer.

    ``status`` is HTTP's, 0 where no answer came; ``fault`` says what was wrong with it. Deleted after a few days.
    """

    host = models.CharField(max_length=255, db_index=True)
    method = models.CharField(max_length=100)
    request = models.JSONField()
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField(null=True)
    fault = models.CharField(max_length=64, blank=True)
    milliseconds = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.method} @ {self.host}: {self.status}"
