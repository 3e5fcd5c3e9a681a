"""Pages of other packages that must not stand in the admin."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import get_resolver
from unfold.admin import ModelAdmin

pytestmark = pytest.mark.django_db

PATHS = [
    "/admin/djstripe/",
    "/admin/djstripe/subscription/",
    "/admin/djstripe/subscription/1/change/",
    "/admin/djstripe/apikey/add/",
    "/admin/djstripe/webhookendpoint/",
]


def test_no_model_of_dj_stripe_is_in_the_admin() -> None:
    assert apps.get_app_config("djstripe").get_models()
    assert [model for model in admin.site._registry if model._meta.app_label == "djstripe"] == []


@pytest.mark.parametrize("path", PATHS)
def test_dj_stripes_pages_are_not_found_even_by_a_superuser(staff: Client, path: str) -> None:
    assert (staff.get(path).status_code, staff.post(path, {"action": "_cancel"}).status_code) == (404, 404)


def test_no_address_of_the_project_leads_to_dj_stripe(staff: Client) -> None:
    def views(patterns, prefix=""):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from views(pattern.url_patterns, prefix + str(pattern.pattern))
            else:
                yield prefix + str(pattern.pattern), pattern.callback

    found = [path for path, view in views(get_resolver().url_patterns) if view.__module__.startswith("djstripe")]

    assert found == []


def test_only_the_list_of_periodic_tasks_is_left_of_beats_pages() -> None:
    left = [model.__name__ for model in admin.site._registry if model._meta.app_label == "django_celery_beat"]

    assert left == ["PeriodicTask"]


def test_every_page_wears_the_theme() -> None:
    plain = [model.__name__ for model, page in admin.site._registry.items() if not isinstance(page, ModelAdmin)]

    assert plain == []
