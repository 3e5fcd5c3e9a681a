"""Answers to disputes, with crashes, kills and any order: once, or not at all."""
