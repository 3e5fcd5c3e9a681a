"""Billing rules of the stand-in; every entrance (API, pages, time) passes through the same functions."""
