"""How requests and answers look on the wire; no billing rule lives here."""
