"""Decides at which addresses the console's pages and buttons are."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from stripe_sandbox.pages import (
    console,
    console_actions,
    console_cards,
    console_faults,
    console_money,
    console_settings,
)
from stripe_sandbox.pages.console_view import CONSOLE_URL as URL
from stripe_sandbox.pages.visit import Visit, endpoint

Answer = Callable[[Visit], Response]


def routes() -> list[BaseRoute]:
    """Return the console's routes."""
    pages: dict[str, Answer] = {
        "/_sandbox/": console.overview,
        **{f"{URL}/{name}": _objects(name) for name in console.OBJECT_ROWS},
        f"{URL}/payments": console_money.show,
        f"{URL}/objects": console.all_objects,
        f"{URL}/objects/{{kind}}/{{object_id}}": console.one_object,
        f"{URL}/events": console.events,
        f"{URL}/requests": console.requests,
        f"{URL}/faults": console_faults.show,
        f"{URL}/settings": console_settings.show,
    }
    buttons: dict[str, Answer] = {
        f"{URL}/clock": console_actions.move_clock,
        f"{URL}/test-clocks/{{clock_id}}": console_actions.move_test_clock,
        f"{URL}/deliveries": console_actions.switch_deliveries,
        f"{URL}/events/{{event_id}}/resend": console_actions.resend,
        f"{URL}/customers/{{customer_id}}/decline": console_cards.decline_next,
        f"{URL}/payment-methods/{{method_id}}/replace": console_cards.replace_card,
        f"{URL}/payments/{{action}}": console_money.act,
        f"{URL}/faults": console_faults.plan,
        f"{URL}/faults/clear": console_faults.clear,
        f"{URL}/settings": console_settings.save,
        f"{URL}/settings/reset": console_settings.reset,
    }
    return [
        *(Route(path, endpoint(answer), methods=["GET"]) for path, answer in pages.items()),
        *(Route(path, endpoint(answer), methods=["POST"]) for path, answer in buttons.items()),
    ]


def _objects(section: str) -> Answer:
    def answer(visit: Visit) -> Response:
        return console.objects(visit, section=section)

    return answer
