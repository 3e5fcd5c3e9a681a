"""What the 3-D Secure page shows and does."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from stripe_sandbox.engine import accounts, authentication, checkout
from stripe_sandbox.hosted.entry import PageRefused, change, owner
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown


@dataclass(frozen=True)
class ChallengeView:
    """Everything that the page shows; `is_open` is False when the challenge was answered or is not asked."""

    intent: StripeObject
    amount_minor: int | None
    currency: str | None
    merchant_name: str
    card: dict[str, Any]
    is_open: bool
    return_url: str | None


def _kind(intent_id: str) -> str:
    if intent_id.startswith("pi_"):
        return "payment_intent"
    if intent_id.startswith("seti_"):
        return "setup_intent"
    raise PageRefused(404, "There is nothing at this address.")


def read_challenge(sandbox: Sandbox, intent_id: str) -> ChallengeView:
    """The intent that waits for its customer. Raises PageRefused 404."""
    kind = _kind(intent_id)
    unit = sandbox.reader(owner(sandbox, kind, intent_id))
    intent = unit.get(kind, intent_id)
    method = unit.find("payment_method", intent["payment_method"]) if intent["payment_method"] else None
    card = (method.get("card") or {"brand": method["type"]}) if method else {}
    return ChallengeView(
        intent=shown(intent),
        amount_minor=intent.get("amount"),
        currency=intent.get("currency"),
        merchant_name=accounts.merchant_name(unit),
        card={"brand": card.get("brand"), "last4": card.get("last4")},
        is_open=intent["status"] == "requires_action",
        return_url=_return_url(unit, intent),
    )


def answer(sandbox: Sandbox, intent_id: str, *, is_authenticated: bool) -> str:
    """Pass or fail the challenge; the address to send the browser to. Safe to repeat."""
    kind = _kind(intent_id)
    with change(sandbox, owner(sandbox, kind, intent_id), about=intent_id) as unit:
        intent = unit.get(kind, intent_id)
        where = _return_url(unit, intent)
        authentication.answer(unit, intent, is_authenticated=is_authenticated)
        return _next_page(unit, intent, return_url=where)


def _return_url(unit: Unit, intent: StripeObject) -> str | None:
    if "_page" in intent:
        return str(intent["_page"])
    if "_checkout" in intent:
        return f"{unit.base_url}/c/pay/{intent['_checkout']}"
    action = intent["next_action"] or {}
    given: str | None = (action.get("redirect_to_url") or {}).get("return_url")
    return given or intent.get("_hosted_url")


def _next_page(unit: Unit, intent: StripeObject, *, return_url: str | None) -> str:
    if "_checkout" in intent:
        session = unit.get("checkout.session", intent["_checkout"])
        if session["status"] == "complete":
            return checkout.success_url(session) or unit.base_url
        return f"{unit.base_url}/c/pay/{session['id']}"
    if return_url is None:
        return f"{unit.base_url}/3ds/{intent['id']}"
    if return_url.startswith(unit.base_url):
        return return_url
    return _with_result(return_url, intent)


def _with_result(url: str, intent: StripeObject) -> str:
    parts = urlsplit(url)
    kind = intent["object"]
    is_done = intent["status"] in {"succeeded", "requires_capture", "processing"}
    pairs = [
        *parse_qsl(parts.query, keep_blank_values=True),
        (kind, intent["id"]),
        (f"{kind}_client_secret", intent["client_secret"]),
        ("redirect_status", "succeeded" if is_done else "failed"),
    ]
    return urlunsplit(parts._replace(query=urlencode(pairs)))
