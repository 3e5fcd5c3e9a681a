"""The product's addresses, and what it never opens: dj-stripe's view, a plain one, and ours behind middleware."""

from django.urls import URLPattern, URLResolver, include, path

from bench.plain import PlainView
from billing_project.urls import handler400, handler403, handler500
from billing_project.urls import urlpatterns as _of_the_product
from webhooks import views

__all__ = ["handler400", "handler403", "handler500", "urlpatterns"]

urlpatterns: list[URLPattern | URLResolver] = [
    *_of_the_product,
    path("with-middleware/<str:endpoint>/", views.receive),
    path("plain/<int:number>/", PlainView.as_view()),
    path("djstripe/", include("djstripe.urls", namespace="djstripe")),
]
