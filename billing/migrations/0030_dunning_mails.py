"""The mails about an unpaid invoice: which is to be written next, and when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0029_staff_and_cases")]

    operations = [
        migrations.AddField(
            model_name="dunningcase",
            name="message_due_at",
            field=models.DateTimeField(blank=True, help_text="Business time at which it is written.", null=True),
        ),
        migrations.AddField(
            model_name="dunningcase",
            name="message_key",
            field=models.CharField(blank=True, help_text="The words of that mail.", max_length=20),
        ),
        migrations.AddField(
            model_name="dunningcase",
            name="message_step",
            field=models.CharField(
                blank=True,
                choices=[
                    ("failed", "Failed"),
                    ("customer", "Customer"),
                    ("last_notice", "Last notice"),
                    ("ended", "Ended"),
                ],
                help_text="The newest mail about a failure.",
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="dunningcase",
            index=models.Index(
                condition=models.Q(("message_due_at__isnull", False)),
                fields=["message_due_at"],
                name="dunning_mails_due",
            ),
        ),
    ]
