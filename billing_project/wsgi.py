"""The WSGI entry point; it refuses to serve with a configuration that the system checks refuse.

Deliveries from providers take a lane of their own: docs/decisions/0008-webhook-lane.md.
"""

import os

from django.core.wsgi import get_wsgi_application

from billing_project.checks import refuse_bad_configuration

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_project.settings")

_pages = get_wsgi_application()
from webhooks.lane import WebhookLane  # noqa: E402  # Its imports need the applications to be loaded.

application = WebhookLane(_pages)
refuse_bad_configuration()
