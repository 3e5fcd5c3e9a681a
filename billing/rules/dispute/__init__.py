"""Decides what may be done with a dispute, what its evidence may hold, and what our facts say to it."""
