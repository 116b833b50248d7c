"""``python -m tests.support.migrating``: conversations as the release before kept them, brought to this release.

In the empty database of DATABASE_URL, in a process of its own; prints what becomes of them as JSON.
"""

from __future__ import annotations

import json

WRITTEN = [("chat", "open", "Hello?", None), ("contact", "closed", "Resellers?", "2026-01-02T03:04:05+00:00")]


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from tests.migrated import remembering

    with remembering():
        executor = MigrationExecutor(connection)
        executor.migrate([("support", "0001_initial")])
        state = executor.loader.project_state([("support", "0001_initial")])
        conversations, messages = (state.apps.get_model("support", name) for name in ("Conversation", "Message"))
        for at, (kind, status, text, mailed_at) in enumerate(WRITTEN):
            row = conversations.objects.create(
                kind=kind, status=status, name=f"N{at}", email=f"n{at}@example.com", subject=text, language="ru",
                public_id=f"id-{at}", read_by_visitor=at,
            )  # fmt: skip
            for number in (1, 2):
                messages.objects.create(
                    conversation=row, number=number, author="visitor", text=f"{text} {number}", key=f"{at}:{number}",
                    mailed_at=mailed_at,
                )  # fmt: skip
        call_command("migrate", verbosity=0, interactive=False)
    from storefront.support.models import Conversation

    print(
        json.dumps(
            [
                {
                    "number": row.number,
                    "old": [row.kind, row.status, row.name, row.email, row.subject, row.public_id, row.read_by_visitor],
                    "new": [row.department_id, row.assignee_id, row.due_at, row.alarm, row.rating, row.merged_into_id],
                    "messages": [[message.number, message.text, message.quoted] for message in row.messages.all()],
                }
                for row in Conversation.objects.order_by("pk")
            ]
        )
    )


if __name__ == "__main__":
    main()
