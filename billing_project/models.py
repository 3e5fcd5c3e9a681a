"""What the processes leave for one another; nothing here is about billing."""

from django.db import models
from django.utils import timezone


class StartMark(models.Model):
    """The token of the start whose beat, broker and worker last worked together. There is one row at most."""

    token = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.token
