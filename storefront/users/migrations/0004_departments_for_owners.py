"""Whoever sets a department's e-mail reads its tickets: Marketers, who were given that right, lose it."""

from django.db import migrations
from django.db.models import Q


def take(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects.filter(Q(name="Marketers") | Q(role__name="Marketers"))
    rights = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="support", content_type__model__in=("department", "openinghours")
    )
    for group in groups.distinct():
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("users", "0003_roles_and_invitations"),
    ]

    operations = [migrations.RunPython(take, migrations.RunPython.noop)]
