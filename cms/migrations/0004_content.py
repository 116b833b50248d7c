import json
import uuid

from django.db import migrations

#: Model -> its texts so far, in the order of the page, each with the kind of block it becomes.
TEXTS = {
    "homepage": (("body", "text"),),
    "textpage": (("body", "text"),),
    "productpage": (("body", "text"), ("how_it_works", "steps_text"), ("requirements", "requirements")),
}


def block(kind, text):
    value = {"heading": "", "text": text}
    if kind != "requirements":
        value["is_steps"] = kind == "steps_text"
    return {"type": "requirements" if kind == "requirements" else "text", "value": value, "id": str(uuid.uuid4())}


def blocks_of(values, texts):
    return [block(kind, values[name]) for name, kind in texts if (values.get(name) or "").strip()]


def to_blocks(apps, schema_editor):
    """What pages and all their revisions say, as blocks."""
    revision = apps.get_model("wagtailcore", "Revision")
    for model, texts in TEXTS.items():
        pages = apps.get_model("cms", model)
        names = [name for name, _ in texts]
        for page in pages.objects.only("pk", *names):
            page.content = json.dumps(blocks_of({name: getattr(page, name) for name in names}, texts))
            page.save(update_fields=["content"])
        ids = [str(pk) for pk in pages.objects.values_list("pk", flat=True)]
        for found in revision.objects.filter(
            base_content_type__app_label="wagtailcore", base_content_type__model="page", object_id__in=ids
        ).iterator():
            if any(name in found.content for name in names):
                found.content["content"] = json.dumps(blocks_of(found.content, texts))
                for name in names:
                    found.content.pop(name, None)
                found.save(update_fields=["content"])


class Migration(migrations.Migration):
    """Alone in its transaction, between the new columns and the end of the old ones."""

    dependencies = [("cms", "0003_blocks")]
    operations = [migrations.RunPython(to_blocks, migrations.RunPython.noop)]
