"""The person with a login. The e-mail is the login."""

from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oscar.apps.customer.abstract_models import AbstractUser

from storefront.core.form_fields import EmailModelField


class AccountErased(Exception):
    """The account was erased since it was read: nothing is written to it any more."""


class User(AbstractUser):
    """A customer or a member of staff; ``name``, ``company`` and ``phone`` prefill the next checkout.

    ``erased_at``: since then nothing is known of the person but the number of the account
    (``users.data_protection``).
    """

    #: What an erasure has emptied.
    PERSONAL = frozenset({"email", "name", "first_name", "last_name", "company", "phone", "password", "is_active"})

    email = EmailModelField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

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
            ("export_data", _("Can have a customer's data exported to them")),
            ("erase_customer", _("Can erase a customer")),
        ]

    def get_full_name(self) -> str:
        if self.erased_at is not None:
            return gettext("Erased customer %(number)s") % {"number": self.pk}
        return self.name or super().get_full_name()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises AccountErased rather than write back what an erasure has taken out meanwhile."""
        fields = kwargs.get("update_fields")
        if self.pk is None or self.erased_at is not None or (fields is not None and not self.PERSONAL & set(fields)):
            self._write(*args, **kwargs)
            return
        with transaction.atomic():
            erased = User.objects.select_for_update(no_key=True).filter(pk=self.pk).values_list("erased_at", flat=True)
            if any(erased):
                raise AccountErased
            self._write(*args, **kwargs)

    def _write(self, *args: Any, **kwargs: Any) -> None:
        # Not Oscar's ``save``, which looks for alerts of articles in stock each time; there are none here.
        super(AbstractUser, self).save(*args, **kwargs)
