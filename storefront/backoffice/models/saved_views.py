"""Lists as somebody wants to see them again: filters, columns and sorting under a name."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock


class SavedView(models.Model):
    """A named view of one list. ``query`` is the query string of its address; a shared one is offered to everybody who
    may see the list."""

    list_name = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    is_shared = models.BooleanField(_("for everybody"), default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [models.UniqueConstraint(fields=["owner", "list_name", "name"], name="saved_view_once")]
        indexes = [models.Index(fields=["list_name", "is_shared"], name="saved_view_list")]

    def __str__(self) -> str:
        return self.name
