"""``manage.py link_license``: link a license by hand to a portal that cannot prove itself."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from storefront.licensing.bitrix24.manual_linking import RIGHT, NotLinkable, installations_for, link_manually
from storefront.licensing.models import License
from storefront.users.models import User

_WHY = {
    "no_reason": "say why, with --reason",
    "closed": "the license does not wait for a portal",
    "other_app": "that portal has another product's app",
    "removed": "the app is not installed there any more",
    "portal_taken": "another license is active in that portal",
}
_SHOWN = 30


class Command(BaseCommand):
    help = "Show the portals a waiting license may be linked to, or link it to one of them (--portal)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("license", help="its number, LIC-...")
        parser.add_argument("--portal", metavar="MEMBER_ID", help="the portal's member_id, as the list shows it")
        parser.add_argument("--by", metavar="E-MAIL", help="the member of staff who has made sure")
        parser.add_argument("--reason", default="", help="kept in the license's history")

    def handle(self, *args: Any, **options: Any) -> None:
        license = License.objects.filter(number=options["license"]).select_related("software").first()
        if license is None:
            raise CommandError("no such license")
        if not options["portal"]:
            self._show(license)
            return
        installation = installations_for(license).filter(member_id=options["portal"]).first()
        by = User.objects.filter(email__iexact=options["by"] or "", is_staff=True).first()
        if installation is None or by is None:
            raise CommandError("no such portal" if installation is None else "no member of staff has this e-mail")
        try:
            link_manually(license=license, installation=installation, actor=by, reason=options["reason"])
        except PermissionDenied:
            raise CommandError(f"{by.email} does not have the right {RIGHT}") from None
        except NotLinkable as exc:
            raise CommandError(_WHY.get(exc.code, exc.code)) from None
        self.stdout.write(f"{license.number} is active in {installation.host}")

    def _show(self, license: License) -> None:
        self.stdout.write(f"{license.number}, {license.status}, claims {license.portal_address or 'no portal'}")
        for installation in installations_for(license)[:_SHOWN]:
            proven = "proven" if installation.is_host_proven else "not proven"
            self.stdout.write(f"  {installation.member_id}  {installation.host}  {proven}")
