"""Takes another package's pages out of the admin."""

from django.contrib import admin


def take_out(app_label: str) -> None:
    """Unregister every model of an app. The app must stand before ours in INSTALLED_APPS.

    dj-stripe's pages have actions that reach Stripe and ask only whether a person is staff, and its rows hold keys.
    """
    for model in list(admin.site._registry):
        if model._meta.app_label == app_label:
            admin.site.unregister(model)
