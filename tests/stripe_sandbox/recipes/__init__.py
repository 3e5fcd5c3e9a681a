"""Stripe's public trigger recipes as short flows in our own words, each run against the sandbox over HTTP."""
