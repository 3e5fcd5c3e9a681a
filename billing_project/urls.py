"""Where each part of the product answers."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from billing_project.export_page import export
from billing_project.metrics import metrics
from billing_project.views import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("team/organization/export/", export, name="export"),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("webhooks/", include("webhooks.urls")),
    path("", include("billing.web.urls")),
    path("api/", include("billing.api.root")),
]
handler400 = "billing_project.error_pages.bad_request"
handler403 = "billing_project.error_pages.permission_denied"
handler500 = "billing_project.error_pages.server_error"
