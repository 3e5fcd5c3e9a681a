"""The program's way in."""

from django.urls import path

from billing.api import resources
from billing.api.exports import ExportsView

app_name = "api"
urlpatterns = [path("exports/", ExportsView.as_view(), name="exports"), *resources.urlpatterns]
