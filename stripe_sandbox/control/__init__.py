"""The sandbox's own switches under /_sandbox/, which Stripe does not have."""
