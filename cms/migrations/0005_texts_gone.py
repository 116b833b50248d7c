from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cms", "0004_content")]
    operations = [
        migrations.RemoveField(model_name="homepage", name="body"),
        migrations.RemoveField(model_name="textpage", name="body"),
        migrations.RemoveField(model_name="productpage", name="body"),
        migrations.RemoveField(model_name="productpage", name="how_it_works"),
        migrations.RemoveField(model_name="productpage", name="requirements"),
    ]
