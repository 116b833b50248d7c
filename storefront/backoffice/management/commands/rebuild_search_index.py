"""``manage.py rebuild_search_index``: read everything anew that the search of the back office finds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from storefront.backoffice.models.search import Kind
from storefront.backoffice.search import index


class Command(BaseCommand):
    help = (
        "Read everything anew that the search of the back office finds. Batch by batch, while the shop runs; "
        "interrupted, it goes on with --kind and --after as last printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kind", help="from this kind on: " + ", ".join(kind.name.lower() for kind in Kind))
        parser.add_argument("--after", type=int, default=0, help="with --kind: from the object after this one on")
        parser.add_argument("--from-nothing", action="store_true", help="forget everything first")

    def handle(self, *args: Any, **options: Any) -> None:
        names = [kind.name.lower() for kind in Kind]
        first = options["kind"] or names[0]
        if first not in names or (options["after"] and not options["kind"]):
            raise CommandError("--kind must be one of: " + ", ".join(names) + "; --after needs it")
        after = options["after"]
        for kind in list(Kind)[names.index(first) :]:
            if options["from_nothing"]:
                index.clear(kind)
            for last in index.rebuild(kind, after=after):
                self.stdout.write(f"--kind {kind.name.lower()} --after {last}")
            after = 0
