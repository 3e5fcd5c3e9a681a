"""What requests of people pass: their time zone, and 400 where allauth shows a form again."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.models import User
from accounts.models.reader import time_zone_of


class RefusedFormMiddleware:
    """A program that posts to a sign-in page shall see from the status that nothing was done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 400
        return response


class TimeZoneMiddleware:
    """Writes the days and times of a page in the reader's time zone. A visitor without a session costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        user = request.user if has_session else None
        with timezone.override(time_zone_of(user if isinstance(user, User) else None)):
            return self.get_response(request)
