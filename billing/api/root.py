"""All below /api/: the endpoints, their schema and its pages; any other address is a problem, not a page."""

from django.urls import include, path, re_path

from billing.api.docs import DocsView, SchemaView, error_codes
from billing.api.nowhere import NowhereView

urlpatterns = [
    path("v1/", include("billing.api.urls")),
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocsView.as_view(url_name="api_schema"), name="api_docs"),
    path("docs/errors/", error_codes, name="api_errors"),
    re_path(r"", NowhereView.as_view()),
]
