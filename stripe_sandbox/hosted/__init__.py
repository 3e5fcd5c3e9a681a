"""What the sandbox's pages may do; each function goes through the same engine as the API."""

from stripe_sandbox.hosted.entry import CardEntry, Outcome, PageRefused

__all__ = ["CardEntry", "Outcome", "PageRefused"]
