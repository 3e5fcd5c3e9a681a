"""Decides what the pretended bank page `/3ds/{intent}` asks and where each answer leads."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.responses import Response

from stripe_sandbox.hosted import PageRefused, authentication, checkout, portal
from stripe_sandbox.hosted.authentication import ChallengeView
from stripe_sandbox.pages.portal import return_urls
from stripe_sandbox.pages.render import page, plain_page, see_other
from stripe_sandbox.pages.visit import Visit
from stripe_sandbox.pages.words import card_label, money_text


def show(visit: Visit) -> Response:
    """Ask for Complete or Fail; a question that was answered before says so and leads on."""
    view = authentication.read_challenge(visit.sandbox, visit.names["intent_id"])
    if not view.is_open:
        return plain_page(
            "This was answered before",
            text="The bank has your answer. It cannot be changed here.",
            status=200,
            way={"url": view.return_url, "label": "Go on"} if view.return_url else None,
            reference=visit.names["intent_id"],
        )
    context = {
        "question": _question(view),
        "facts": _facts(view),
        "action": visit.path,
        "page_token": visit.page_token,
        "if_complete": "the bank agrees." if view.amount_minor else "the card is saved.",
        "if_fail": "nothing is charged, and you can use another card.",
    }
    return page("three_d_secure.html", context=context, return_urls=_onward_urls(visit, view=view))


def answer(visit: Visit) -> Response:
    """Pass the answer on. Safe to repeat: the second answer changes nothing and leads to the same place."""
    outcome = visit.form.get("outcome")
    if outcome not in {"complete", "fail"}:
        return plain_page(
            "Neither Complete nor Fail",
            text="Nothing was done. Go back and choose one of the two buttons.",
            status=422,
            way={"url": visit.path, "label": "Back to the question"},
        )
    intent_id = visit.names["intent_id"]
    url = authentication.answer(visit.sandbox, intent_id, is_authenticated=outcome == "complete")
    is_payment = intent_id.startswith("pi_")
    return see_other(_with_result(url, is_confirmed=outcome == "complete", is_payment=is_payment))


def _onward_urls(visit: Visit, *, view: ChallengeView) -> tuple[str | None, ...]:
    """Return where the answer may end: through a page of ours it goes on to the shop without another click."""
    path = urlsplit(view.return_url or "").path
    session_id = path.rpartition("/")[2]
    try:
        if path.startswith("/c/pay/"):
            return (checkout.read_session(visit.sandbox, session_id).success_url,)
        if path.startswith("/p/session/"):
            return return_urls(portal.read_session(visit.sandbox, session_id))
    except PageRefused:
        # The visit that asked has ended meanwhile: there is no shop to go on to.
        return ()
    return (view.return_url,)


def _with_result(url: str, *, is_confirmed: bool, is_payment: bool) -> str:
    """Tell our own pages how the question ended; the shop reads it from the parameters that it already got."""
    path = urlsplit(url).path
    if path.startswith("/p/session/"):
        what = "plan" if is_payment else "card"
        done = {"card": "added", "plan": "changed"}[what] if is_confirmed else "refused"
        return f"{path}?done={what}_{done}"
    if path.startswith("/i/"):
        return path if is_confirmed else f"{path}?bank=no"
    return url


def _question(view: ChallengeView) -> str:
    shop = view.merchant_name or "the shop"
    if view.amount_minor:
        return f"Do you want {shop} to charge this card? A real bank would ask in its app."
    return f"May {shop} keep this card for later payments? A real bank would ask in its app."


def _facts(view: ChallengeView) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = []
    if view.amount_minor and view.currency:
        amount = money_text(view.amount_minor, currency=view.currency)
        facts.append({"label": "Amount", "value": amount, "is_money": True})
    if view.merchant_name:
        facts.append({"label": "Paid to", "value": view.merchant_name, "is_money": False})
    facts.append({"label": "Card", "value": card_label(view.card), "is_money": False})
    return facts
