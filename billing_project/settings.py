"""Reads the environment once and decides how this installation runs; it must not know any billing rule.

Each variable is described in docs/settings.md; a test compares the two.
"""

from pathlib import Path

import environ

from billing_project.admin_theme import admin_theme
from billing_project.api_settings import api_settings, schema_settings
from billing_project.logs import logging_settings
from billing_project.measuring import count_into
from billing_project.schedule import beat_schedule
from billing_project.sign_in import *  # noqa: F403  # Fixed for every installation.

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))

# --- What this installation is ---------------------------------------------------------------------------
DEVELOPMENT_SECRET_KEY = "development-only-and-refused-in-production-by-a-system-check"  # noqa: S105
DEVELOPMENT_WEBHOOK_SECRET = "whsec_development_only_and_refused_in_production"  # noqa: S105

ENVIRONMENT = env.str("ENVIRONMENT", default="development")
IS_PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=not IS_PRODUCTION)
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
PORT = env.int("PORT", default=8000)
SANDBOX_PORT = env.int("SANDBOX_PORT", default=12111)
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
PRODUCT_NAME = env.str("PRODUCT_NAME", default="Tidewater")
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="help@tidewater.example")
STAFF_EMAIL = env.str("STAFF_EMAIL", default=SUPPORT_EMAIL)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DATA_DIR = Path(env.str("BILLING_DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)
START_TOKEN = env.str("START_TOKEN", default="")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_DIR = env.str("METRICS_DIR", default=str(DATA_DIR / "metrics"))
count_into(METRICS_DIR)

# --- Django ----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "djstripe",  # Before billing, which takes its pages out of the admin.
    "accounts",
    "billing",
    "webhooks",
    "billing_project",
]
MIDDLEWARE = [
    "billing_project.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "billing_project.middleware.AdminContentPolicyMiddleware",  # Inside CSPMiddleware, which reads its mark.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "billing_project.staff_gate.StaffSecondStepMiddleware",
    "accounts.middleware.RefusedFormMiddleware",
    "billing_project.middleware.OwnNotFoundPageMiddleware",
]
ROOT_URLCONF = "billing_project.urls"
WSGI_APPLICATION = "billing_project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "billing_project.context.product",
                "accounts.context.current_organization",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"  # Of the pages; mails are written in their reader's.
LANGUAGES = [("en-gb", "English"), ("en-us", "English (United States)"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
DEFAULT_LANGUAGE = env.str("DEFAULT_LANGUAGE", default="en-gb")
DEFAULT_TIME_ZONE = env.str("DEFAULT_TIME_ZONE", default="UTC")
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["billing_project.formats"]

# --- Database --------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Without WAL and IMMEDIATE two processes meet "database is locked"; FULL keeps a committed intent at a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=30000;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Seconds and milliseconds: whoever waits for a server that is gone should hear so soon.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,
        "tcp_user_timeout": 5000,
        **DATABASES["default"].get("OPTIONS", {}),
    }

CACHES = {"default": env.cache_url("CACHE_URL", default="locmemcache://")}

# --- Stripe ----------------------------------------------------------------------------------------------
STRIPE_API_VERSION = env.str("STRIPE_API_VERSION", default="2026-05-27.dahlia")
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
USES_SANDBOX = not STRIPE_SECRET_KEY and not IS_PRODUCTION
SANDBOX_URL = env.str("STRIPE_SANDBOX_URL", default=f"http://127.0.0.1:{SANDBOX_PORT}").rstrip("/")
if USES_SANDBOX:
    # Long enough for dj-stripe, which checks the form of a key; written so that no scanner takes it for a real one.
    STRIPE_SECRET_KEY = "sk_test_" + "sandbox" * 4
STRIPE_API_BASE = SANDBOX_URL if USES_SANDBOX else "https://api.stripe.com"
# Read only to be refused: what other projects call these would make it unclear which key is meant.
STRIPE_OTHER_KEYS = [env.str("STRIPE_TEST_SECRET_KEY", default=""), env.str("STRIPE_LIVE_SECRET_KEY", default="")]
STRIPE_LIVE_MODE = STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))
STRIPE_WEBHOOK_SECRETS = env.list(
    "STRIPE_WEBHOOK_SECRETS", default=[DEVELOPMENT_WEBHOOK_SECRET] if USES_SANDBOX else []
)
# Further addresses of ours: {"key": {"secrets": ["whsec_…"], "account": "acct_…"}} opens /webhooks/key/.
STRIPE_WEBHOOK_ENDPOINTS = env.json("STRIPE_WEBHOOK_ENDPOINTS", default={})
STRIPE_HOSTED_ORIGINS = (
    [SANDBOX_URL]
    if USES_SANDBOX
    else env.list(
        "STRIPE_HOSTED_ORIGINS",
        default=["https://checkout.stripe.com", "https://billing.stripe.com", "https://invoice.stripe.com"],
    )
)
REFRESH_LEASE_SECONDS = env.int("REFRESH_LEASE_SECONDS", default=60)
STRIPE_TIMEOUT_SECONDS = env.int("STRIPE_TIMEOUT_SECONDS", default=8)
_CALLS_PER_SECOND = (
    500 if USES_SANDBOX else 80 if STRIPE_LIVE_MODE else 20
)  # Below Stripe's limits; pages come on top.
STRIPE_CALLS_PER_SECOND = env.int("STRIPE_CALLS_PER_SECOND", default=_CALLS_PER_SECOND)
CHECKOUT_AUTOMATIC_TAX = env.bool("CHECKOUT_AUTOMATIC_TAX", default=False)
CHECKOUT_COLLECT_TAX_ID = env.bool("CHECKOUT_COLLECT_TAX_ID", default=False)
CHECKOUT_COLLECT_ADDRESS = env.bool("CHECKOUT_COLLECT_ADDRESS", default=False)
PROMOTION_CODE_ENTRY = env.str("PROMOTION_CODE_ENTRY", default="ours")
DISCOUNTS_AT_ONCE = env.int("DISCOUNTS_AT_ONCE", default=1)

# What dj-stripe reads. One variable of ours feeds both key settings, so that they cannot differ.
STRIPE_TEST_SECRET_KEY = "" if STRIPE_LIVE_MODE else STRIPE_SECRET_KEY
STRIPE_LIVE_SECRET_KEY = STRIPE_SECRET_KEY if STRIPE_LIVE_MODE else ""
if USES_SANDBOX:
    STRIPE_API_HOST = STRIPE_API_BASE
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
DJSTRIPE_SUBSCRIBER_MODEL = "accounts.Organization"
DJSTRIPE_SUBSCRIBER_CUSTOMER_KEY = None
SILENCED_SYSTEM_CHECKS = [
    "djstripe.W002",  # Any STRIPE_API_HOST without DEBUG; billing.E012 refuses it where it matters.
    "djstripe.W005",  # Secrets of dj-stripe's own webhook endpoints, which are not mounted.
    "djstripe.I006",  # The same.
]

# --- Billing rules that a company chooses ----------------------------------------------------------------
CATALOGUE_FILE = Path(env.str("CATALOGUE_FILE", default=str(BASE_DIR / "catalogue.toml")))
GRACE_DAYS = env.int("GRACE_DAYS", default=21)
DISPUTE_SECOND_PERSON_ABOVE = env.int("DISPUTE_SECOND_PERSON_ABOVE", default=500)
DISPUTE_LOST_POLICY = env.str("DISPUTE_LOST_POLICY", default="cancel")
EARLY_FRAUD_REFUND_BELOW = env.int("EARLY_FRAUD_REFUND_BELOW", default=100)
REFUND_POLICY = env.str("REFUND_POLICY", default="")
CANCELLATION_POLICY = env.str("CANCELLATION_POLICY", default="")
ENTITLEMENT_CACHE_MILLISECONDS = env.int("ENTITLEMENT_CACHE_MILLISECONDS", default=1000)
DUNNING_COLLECTOR = env.str("DUNNING_COLLECTOR", default="own" if USES_SANDBOX else "observe")
PLAN_CHANGE_UP_BEHAVIOUR = env.str("PLAN_CHANGE_UP_BEHAVIOUR", default="now_invoice")
PLAN_CHANGE_DOWN_BEHAVIOUR = env.str("PLAN_CHANGE_DOWN_BEHAVIOUR", default="period_end")
SEATS_UP_BEHAVIOUR = env.str("SEATS_UP_BEHAVIOUR", default="now_next_invoice")
SEATS_DOWN_BEHAVIOUR = env.str("SEATS_DOWN_BEHAVIOUR", default="period_end")
SEATS_SYNC = env.str("SEATS_SYNC", default="up")
SEATS_QUIET_SECONDS = env.int("SEATS_QUIET_SECONDS", default=60)
SEATS_COUNT_INVITATIONS = env.bool("SEATS_COUNT_INVITATIONS", default=False)
SENDS_RECEIPTS = env.bool("SENDS_RECEIPTS", default=True)
INVOICE_DAYS = env.int("INVOICE_DAYS", default=30)
PAY_LINK_DAYS = env.int("PAY_LINK_DAYS", default=30)
TRIAL_MISSING_CARD_POLICY = env.str("TRIAL_MISSING_CARD_POLICY", default="cancel")
TRIAL_FIRST_PAYMENT_POLICY = env.str("TRIAL_FIRST_PAYMENT_POLICY", default="grace")
PAUSE_BEHAVIOUR = env.str("PAUSE_BEHAVIOUR", default="void")
PAUSE_LONGEST_MONTHS = env.int("PAUSE_LONGEST_MONTHS", default=3)
RECONCILE_HOUR = env.int("RECONCILE_HOUR", default=3)
NOTICE_CONTENT_DAYS = env.int("NOTICE_CONTENT_DAYS", default=365)
INBOX_BODY_DAYS = env.int("INBOX_BODY_DAYS", default=90)
INBOX_KEY_DAYS = env.int("INBOX_KEY_DAYS", default=180)
TERMS_VERSION = env.str("TERMS_VERSION", default="2026-11")

# --- Celery ----------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=f"sqla+sqlite:///{DATA_DIR / 'broker.sqlite3'}")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = beat_schedule(start_token=START_TOKEN)

# --- Accounts --------------------------------------------------------------------------------------------
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_TOTP_ISSUER = PRODUCT_NAME
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", default=IS_PRODUCTION)
# Functions that know what accounts must not: the audit, how many people a plan holds, what one more of them costs.
AUDIT_RECORD = "billing.audit.record"
PEOPLE_LIMIT = "billing.selectors.people.people_limit"
SEAT_OFFER = "billing.services.offer_seat.offer_seat"
SIGN_IN_DAYS = env.int("SIGN_IN_DAYS", default=540)
INVITATION_DAYS = env.int("INVITATION_DAYS", default=7)

# --- Mail: every message is a row of the notice list first ------------------------------------------------
EMAIL_BACKEND = "billing_project.mail.RecordedMailBackend"
_MAIL = "smtp" if IS_PRODUCTION else "filebased"
MAIL_DELIVERY_BACKEND = env.str("MAIL_DELIVERY_BACKEND", default=f"django.core.mail.backends.{_MAIL}.EmailBackend")
ANYMAIL = env.dict("ANYMAIL", default={})
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{PRODUCT_NAME} <billing@tidewater.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10  # Seconds; without one a silent mail server would hold the worker for ever.
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
    EMAIL_BACKEND = "billing_project.mail.RecordedMailBackend"

# --- Static files and headers ----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IS_PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        # A form that is answered by a redirect to Stripe's hosted page is blocked unless its origin is named.
        "form-action": ["'self'", *STRIPE_HOSTED_ORIGINS],
    }
}

# --- API -------------------------------------------------------------------------------------------------
REST_FRAMEWORK = api_settings()
SPECTACULAR_SETTINGS = schema_settings(product_name=PRODUCT_NAME)
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=1200)
API_BROWSER_CALLS_PER_MINUTE = env.int("API_BROWSER_CALLS_PER_MINUTE", default=300)
API_REPEAT_HOURS = env.int("API_REPEAT_HOURS", default=72)
LOGGING = logging_settings(is_production=IS_PRODUCTION, level=env.str("LOG_LEVEL", default="INFO"))
UNFOLD = admin_theme(product_name=PRODUCT_NAME, uses_sandbox=USES_SANDBOX, is_live=STRIPE_LIVE_MODE)
