"""``manage.py setup_shop``: sets up a new shop; safe to repeat."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms import bootstrap
from cms.search import documents
from storefront.core.files import move_private_files
from storefront.core.form_fields import read_email


class Command(BaseCommand):
    help = "Make the home page, the list of products, the site and the groups of staff where missing; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--staff-email", help="first member of staff; gets a mail to set the password")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["staff_email"]
        if email:
            email = self._read_email(email)
        for name in move_private_files():
            self.stderr.write(f"setup_shop: {name} cannot be moved to PRIVATE_MEDIA_ROOT, another file has its place")
        bootstrap.setup_shop()
        documents.refresh_all()
        call_command("wagtail_update_index", verbosity=0)
        home, staff = f"{settings.SITE_URL}/", f"{settings.SITE_URL}{settings.WAGTAIL_PATH}"
        self.stdout.write(f"setup_shop: the shop is at {home}, its staff work at {staff}")
        if email:
            self._ensure_staff(email)

    def _read_email(self, email: str) -> str:
        try:
            return read_email(email)
        except ValidationError as exc:
            raise CommandError(f"{email!r} is not an e-mail address. {exc.messages[0]}") from exc

    def _ensure_staff(self, email: str) -> None:
        try:
            is_new = bootstrap.ensure_staff(email=email)
        except bootstrap.NotStaff as exc:
            raise CommandError(f"{email} has the account of a customer or a closed one; name another address.") from exc
        if is_new:
            self.stdout.write(f"  {email}: staff with all rights; the worker sends the mail that sets the password")
        else:
            self.stdout.write(f"  {email}: is staff already, nothing was changed")
