"""``manage.py demo``: fills an empty shop once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cms import bootstrap
from cms.demo import bank_accounts, desk, loader, orders, people, tickets
from storefront.core.files import move_private_files


class Command(BaseCommand):
    help = (
        "Load the demo: pages, products, agreements, people and a customer with history. Does nothing the second time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for name in move_private_files():
            self.stderr.write(f"demo: {name} cannot be moved to PRIVATE_MEDIA_ROOT, another file has its place")
        if not loader.is_loaded():
            loader.load()
            self.stdout.write(f"demo: loaded, the shop is at {settings.SITE_URL}/")
        elif not people.are_loaded():
            self.stdout.write("demo: this shop has products of its own, nothing was changed")
            return
        else:
            bootstrap.ensure_home()  # the site may be at another port than in the run before
            orders.follow_portals()
            self.stdout.write("demo: loaded already, nothing was changed")
        bank_accounts.load()
        if not orders.load_history():
            self.stdout.write("demo: the customer has no history; it is made when the stand-ins run (make run)")
        tickets.load()
        desk.load()
        for email, (role, _name) in people.ROLES.items():
            self.stdout.write(f"  {email:32}{role}: {settings.WAGTAIL_PATH}")
        self.stdout.write(f"  {people.CUSTOMER:32}a customer: /account/")
        self.stdout.write(f"  password of them all: {people.PASSWORD}")
