"""What waits for a person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.billing.review_values import SHOWN
from storefront.core import clock, sentences


class ReviewItem(models.Model):
    """Something about money that a person must look at. ``key`` keeps one finding from being filed twice.

    ``customer`` is whose money it is about, where that is known. ``detail`` is what was found, as staff were mailed it;
    ``sentences`` the same for readers of any language (see ``core.sentences``), empty where a provider's words are all
    there is.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=50)
    attempt = models.ForeignKey(
        "billing.PaymentAttempt", on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    payment = models.ForeignKey(
        "billing.Payment", on_delete=models.PROTECT, null=True, blank=True, related_name="reviews"
    )
    invoice = models.ForeignKey("billing.Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    detail = models.TextField()
    sentences = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolution = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("matter to look at")
        verbose_name_plural = _("matters to look at")
        indexes = [models.Index(fields=["resolved_at", "created_at"], name="review_waiting")]

    def __str__(self) -> str:
        return self.key

    @property
    def told(self) -> str:
        """What was found, in the active language."""
        return sentences.told(self.sentences, SHOWN) if self.sentences else self.detail
