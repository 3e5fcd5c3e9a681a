"""A stateful local stand-in for Stripe; it knows nothing of the product that talks to it."""

API_VERSION = "2026-05-27.dahlia"
