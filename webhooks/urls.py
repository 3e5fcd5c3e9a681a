"""One address per provider endpoint."""

from django.urls import URLPattern, path

from webhooks import views

app_name = "webhooks"
urlpatterns: list[URLPattern] = [
    path("<str:endpoint>/", views.receive, name="receive"),
]
