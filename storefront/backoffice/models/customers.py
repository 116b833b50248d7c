"""What the back office keeps about customers: notes of staff, log-ins, and which acts of staff concern whom."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock
from storefront.users.models import User

#: For so long the author may take a note back; after that it stays.
TAKE_BACK = timedelta(days=1)


class StaffNote(models.Model):
    """What a member of staff wrote down about a customer, for other staff. Never edited."""

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField(_("note"))
    created_at = models.DateTimeField(default=clock.now)

    wagtail_reference_index_ignore = True  # "where is this used" asks about pages and pictures

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("staff note")
        verbose_name_plural = _("staff notes")
        default_permissions = ("add",)
        indexes = [models.Index(fields=["customer", "created_at"], name="note_of_customer")]

    def __str__(self) -> str:
        return f"note {self.pk}"  # kept in Wagtail's log: none of the text

    def may_be_deleted_by(self, user: User) -> bool:
        return self.author_id == user.pk and clock.now() - self.created_at < TAKE_BACK


class LogIn(models.Model):
    """A log-in to an account that exists, or a failed try. Deleted after settings.LOGIN_KEEP_DAYS.

    ``device``: browser and system as far as known.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="log_ins")
    is_success = models.BooleanField()
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    device = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-created_at", "-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["user", "created_at"], name="log_in_of_user")]

    def __str__(self) -> str:
        return f"log-in {self.pk}"


class CustomerAct(models.Model):
    """An entry of Wagtail's log that concerns a customer, whatever its object is. Written by ``history.record``."""

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    entry = models.OneToOneField("wagtailcore.ModelLogEntry", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["customer", "created_at"], name="act_for_customer")]

    def __str__(self) -> str:
        return f"act {self.entry_id}"
