"""Replays recorded Stripe exchanges against a sandbox process: `python -m tests.conformance`."""
