"""The product's addresses, and dj-stripe's webhook view, which the product never mounts, to be measured beside ours."""

from django.urls import URLPattern, URLResolver, include, path

from billing_project.urls import handler400, handler403, handler500, urlpatterns as _of_the_product

__all__ = ["handler400", "handler403", "handler500", "urlpatterns"]

urlpatterns: list[URLPattern | URLResolver] = [
    *_of_the_product,
    path("djstripe/", include("djstripe.urls", namespace="djstripe")),
]
