"""Every conversation gets a number that people can name."""

from typing import Any

from django.db import migrations

from storefront.support.models.conversations import ticket_number


def number_all(apps: Any, schema_editor: Any) -> None:
    conversations = apps.get_model("support", "Conversation").objects.using(schema_editor.connection.alias)
    taken: set[str] = set()
    for pk in conversations.order_by("pk").values_list("pk", flat=True).iterator():
        number = ticket_number()
        while number in taken:
            number = ticket_number()
        taken.add(number)
        conversations.filter(pk=pk).update(number=number)


class Migration(migrations.Migration):
    dependencies = [("support", "0002_tickets")]

    operations = [migrations.RunPython(number_all, migrations.RunPython.noop, elidable=True)]
