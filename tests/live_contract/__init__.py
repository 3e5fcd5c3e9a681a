"""The same small flows against a real Stripe test account or against the sandbox: `make live-contract`."""
