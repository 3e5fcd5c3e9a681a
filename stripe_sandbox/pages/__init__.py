"""The sandbox's own pages; they decide looks and words, and leave every rule to the engine behind `hosted`."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from stripe_sandbox.pages import (
    challenge,
    checkout,
    console_routes,
    credit_note,
    invoice,
    portal,
    portal_cards,
    portal_details,
    portal_plan,
    portal_switch,
    receipt,
)
from stripe_sandbox.pages.render import STATIC_FOLDER, STATIC_URL
from stripe_sandbox.pages.visit import Visit, endpoint

Answer = Callable[[Visit], Response]

PORTAL = "/p/session/{session_id}"


def routes() -> list[BaseRoute]:
    """Return the routes of all pages and of their style sheets."""
    return [
        *_customer_routes(),
        *_portal_routes(),
        _get("/", _lead_to_console),
        *console_routes.routes(),
        Mount(STATIC_URL, app=StaticFiles(directory=STATIC_FOLDER), name="sandbox-static"),
    ]


def _get(path: str, answer: Answer) -> Route:
    return Route(path, endpoint(answer), methods=["GET"])


def _post(path: str, answer: Answer) -> Route:
    return Route(path, endpoint(answer), methods=["POST"])


def _customer_routes() -> list[BaseRoute]:
    return [
        _get("/c/pay/{session_id}", checkout.show),
        _post("/c/pay/{session_id}", checkout.pay),
        _get("/c/recover/{session_id}", checkout.recover),
        _get("/3ds/{intent_id}", challenge.show),
        _post("/3ds/{intent_id}", challenge.answer),
        _get("/i/{token}", invoice.show),
        _post("/i/{token}", invoice.pay),
        _get("/i/{token}/pdf", invoice.download),
        _get("/i/{token}/receipt", invoice.download_receipt),
        _get("/cn/{token}/pdf", credit_note.download),
        _get("/r/{charge_id}", receipt.show),
    ]


def _portal_routes() -> list[BaseRoute]:
    return [
        _get(PORTAL, portal.show),
        _get(f"{PORTAL}/subscriptions/{{subscription_id}}/cancel", portal_plan.ask_cancel),
        _post(f"{PORTAL}/subscriptions/{{subscription_id}}/cancel", portal_plan.cancel),
        _post(f"{PORTAL}/subscriptions/{{subscription_id}}/keep", portal_plan.keep),
        _get(f"{PORTAL}/subscriptions/{{subscription_id}}/change", portal_switch.choose),
        _get(f"{PORTAL}/subscriptions/{{subscription_id}}/change/confirm", portal_switch.ask),
        _post(f"{PORTAL}/subscriptions/{{subscription_id}}/change/confirm", portal_switch.change),
        _get(f"{PORTAL}/cards/new", portal_cards.ask_card),
        _post(f"{PORTAL}/cards/new", portal_cards.add_card),
        _post(f"{PORTAL}/cards/{{payment_method_id}}/default", portal_cards.make_default),
        _post(f"{PORTAL}/cards/{{payment_method_id}}/remove", portal_cards.remove_card),
        _get(f"{PORTAL}/details", portal_details.ask_details),
        _post(f"{PORTAL}/details", portal_details.save_details),
    ]


def _lead_to_console(visit: Visit) -> Response:
    return RedirectResponse("/_sandbox/", status_code=302)
