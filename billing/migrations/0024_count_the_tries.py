from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0023_pauses"),
    ]

    operations = [
        migrations.AlterField(
            model_name="planchange",
            name="revision",
            field=models.PositiveIntegerField(
                default=0, help_text="Counts the tries to write or release the schedule."
            ),
        ),
    ]
