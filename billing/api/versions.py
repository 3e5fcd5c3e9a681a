"""Which versions of the API there are: the day of additions within v1; docs/api.md says what may change when."""

VERSION = "2026-12-01"
"""The newest one, which every answer names."""
KNOWN_VERSIONS = (VERSION,)
