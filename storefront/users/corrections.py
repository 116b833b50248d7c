"""Staff correct the e-mail of an account.

The e-mail is the login and gets the links that set a password, so whoever changes it may take the account over. Once
somebody has proven that the account is theirs, nothing changes until a logged-in owner opens the link mailed to the new
address. An account of the checkout that nobody has proven yet is corrected at once: its mistyped address may be a
stranger's, who has the link that sets its password until then.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storefront.core import references
from storefront.notifications import mails
from storefront.users import password_links, services
from storefront.users.models import User


class NotCorrected(Exception):
    """Why an e-mail cannot be corrected. ``message`` is for staff."""

    message: str | Promise = ""


class SameEmail(NotCorrected):
    message = _("This is the customer's address already.")


class EmailOfAnother(NotCorrected):
    message = _("Another account has this address.")


def check(*, user: User, email: str) -> str:
    """The spelling under which ``email`` would be stored. Raises SameEmail or EmailOfAnother."""
    email = services.normalise_email(email)
    if email == services.normalise_email(user.email):
        raise SameEmail
    if User.objects.filter(services.with_email(email)).exclude(pk=user.pk).exists():
        raise EmailOfAnother
    return email


def correct(*, user: User, email: str) -> bool:
    """Correct the e-mail at once, or have the new address confirmed. Returns whether it is corrected already.

    The old address is told in either case; it does not learn the new one unless the account is proven.

    :raises NotCorrected: see ``check``; also for an address that a parallel request has taken
    """
    try:
        with transaction.atomic():
            # A password set at the same moment waits for this lock, and then finds another address
            # (``adapter.AccountAdapter.set_password``).
            locked = services.locked(user)
            email = check(user=locked, email=email)
            is_at_once = not services.is_proven(locked)
            (_replace if is_at_once else _ask)(locked, email)
    except IntegrityError as exc:
        raise EmailOfAnother from exc
    user.email = locked.email
    return is_at_once


def _replace(user: User, email: str) -> None:
    old = user.email
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    user.email = email
    user.save(update_fields=["email"])
    password_links.request_for_corrected(user=user)
    with translation.override(user.language):
        _tell(
            old,
            user,
            gettext("Your e-mail address was taken out of an account"),
            gettext(
                "This address was given for an order, and we were told that it was mistyped. It gets no more mails."
            ),
            gettext("If the order is yours and the address was right, please answer this mail."),
        )


def _ask(user: User, email: str) -> None:
    EmailAddress.objects.filter(user=user, primary=False, verified=False).delete()
    address = EmailAddress.objects.create(user=user, email=email, primary=False, verified=False)
    password_links.request_confirmation(address=address)
    with translation.override(user.language):
        _tell(
            user.email,
            user,
            gettext("Your e-mail address is to be changed"),
            gettext("We were asked to change the e-mail address of your account to %(email)s.") % {"email": email},
            gettext(
                "Nothing changes before you log in and open the link that we have sent there. If you know nothing of "
                "it, please answer this mail."
            ),
        )


def _tell(to: str, user: User, title: str, *paragraphs: str) -> None:
    notice = mails.AccountNotice(title=title, paragraphs=paragraphs)
    mails.enqueue(notice, to=to, language=user.language, key=f"account:{references.public_id()}")
