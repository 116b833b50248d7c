"""``manage.py demo``: fills an empty shop once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cms.demo import history, load, people


class Command(BaseCommand):
    help = (
        "Load the demo: pages, products, agreements, people and a customer with history. Does nothing the second time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if load.is_loaded():
            self.stdout.write("demo: the shop has products already, nothing was changed")
        else:
            load.load()
            history.load_history()
            self.stdout.write(f"demo: loaded, the shop is at {settings.SITE_URL}/")
        self.stdout.write(f"  {people.STAFF}     staff: /admin/ and /dashboard/")
        self.stdout.write(f"  {people.MARKETER}  pages and products: /admin/")
        self.stdout.write(f"  {people.CUSTOMER}  a customer: /account/")
        self.stdout.write(f"  password of all three: {people.PASSWORD}")
