"""Starts the whole product on one machine with `make run`; it must not know what the product does."""
