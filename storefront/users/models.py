"""The person with a login. The e-mail is the login."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from oscar.apps.customer.abstract_models import AbstractUser

from storefront.core.form_fields import EmailModelField


class User(AbstractUser):
    """A customer or a member of staff; ``name``, ``company`` and ``phone`` prefill the next checkout."""

    email = EmailModelField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")

    class Meta(AbstractUser.Meta):
        abstract = False
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def get_full_name(self) -> str:
        return self.name or super().get_full_name()

    def _migrate_alerts_to_user(self) -> None:
        """Oscar's alerts ("tell me when it is in stock") are not offered here: no search for them at each save."""
