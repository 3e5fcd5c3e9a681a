"""How REST framework and the schema are set for every installation; each view of the API names its own gates."""

from typing import Any

# The closed lists of words that answers and bodies have, under their own names.
_WORDS = (
    "billing.api.shapes.subscription.CancelWhen",
    "billing.rules.catalogue.FeatureKind",
    "billing.rules.explanation.Link",
    "billing.rules.impact.Fate",
    "billing.selectors.happenings.Happening",
    "billing.selectors.payment_failure.DeclineCause",
    "billing.selectors.pursuit.NextStep",
    "billing.terms.AccessFactKind",
    "billing.terms.AccessReason",
    "billing.terms.CancellationReason",
    "billing.terms.ChangeBehaviour",
    "billing.terms.ChangeDirection",
    "billing.terms.CheckoutState",
    "billing.terms.IntentState",
    "billing.terms.Interval",
    "billing.terms.InvoiceStatus",
    "billing.terms.LifecycleState",
    "billing.terms.PlanChangeState",
    "billing.terms.SubscriptionAction",
    "billing.terms.SubscriptionStatus",
)


def api_settings() -> dict[str, Any]:
    """A view that forgets its gates is closed, not open."""
    return {
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    }


def schema_settings(*, product_name: str) -> dict[str, Any]:
    return {
        "TITLE": f"{product_name} billing",
        "VERSION": "v1",
        "DESCRIPTION": (
            "What an organization may use, what it pays, and how it changes that.\n\n"
            "Failures are `application/problem+json` with a stable `code`; [all codes](/api/docs/errors/). Every "
            "write takes an `Idempotency-Key`. Amounts are whole numbers of the currency's smallest unit, times UTC."
        ),
        "OAS_VERSION": "3.1.0",
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "SERVE_INCLUDE_SCHEMA": False,
        "COMPONENT_SPLIT_REQUEST": True,
        "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
        "ENUM_NAME_OVERRIDES": {path.rpartition(".")[2]: path for path in _WORDS},
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "SWAGGER_UI_SETTINGS": {
            "deepLinking": True,
            "persistAuthorization": False,
            "displayOperationId": False,
            "defaultModelsExpandDepth": 0,
            "validatorUrl": None,
        },
    }
