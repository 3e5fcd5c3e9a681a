"""The product's settings, with further addresses to be measured and tables made straight from the models."""

from billing_project.settings import *  # noqa: F403
from billing_project.settings import DATA_DIR, INSTALLED_APPS

ROOT_URLCONF = "bench.urls"
# As in production: without these WhiteNoise looks for a file at every request.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
STATIC_ROOT = DATA_DIR
# Only the schema counts here, and dj-stripe's migrations take most of a minute.
MIGRATION_MODULES = {name.rpartition(".")[2]: None for name in INSTALLED_APPS}
