"""One module a provider: how it signs and what its envelope holds."""
