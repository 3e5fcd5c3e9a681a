"""Staff's view of the inbox: what came, what became of it, and the two things that may be done about it."""

from webhooks.admin.backfills import BackfillAdmin
from webhooks.admin.events import InboxEventAdmin

__all__ = ["BackfillAdmin", "InboxEventAdmin"]
