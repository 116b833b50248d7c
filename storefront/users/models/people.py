"""The person with a login. The e-mail is the login."""

from typing import Any

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
        indexes = [
            models.Index(fields=["date_joined"], name="user_joined"),
            # The few who are not customers are found without reading all who are.
            models.Index(fields=["id"], name="user_superusers", condition=models.Q(is_superuser=True)),
            models.Index(fields=["id"], name="user_staff", condition=models.Q(is_staff=True)),
        ]
        permissions = [
            ("invite_staff", _("Can invite staff and take access away")),
            ("mail_password_link", _("Can mail a customer the link that sets a password")),
            ("correct_email", _("Can correct a customer's e-mail address")),
            ("close_account", _("Can close a customer's account")),
            ("view_as_customer", _("Can see the account as the customer sees it")),
        ]

    def get_full_name(self) -> str:
        return self.name or super().get_full_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Not Oscar's, which looks for alerts of articles in stock at each save; there are none here.
        super(AbstractUser, self).save(*args, **kwargs)
