"""The WSGI entry point; it refuses to serve with a configuration that the system checks refuse."""

import os

from django.core.wsgi import get_wsgi_application

from billing_project.checks import refuse_bad_configuration

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_project.settings")

application = get_wsgi_application()
refuse_bad_configuration()
