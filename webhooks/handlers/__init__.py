"""Names, for each event type, the objects to refresh, and nothing else: one module a noun, one table in each.

A handler takes the whole event as parsed JSON and returns references, the event's own object first. Only ids are
read: the payload may be old or out of order, so its content decides nothing.
"""
