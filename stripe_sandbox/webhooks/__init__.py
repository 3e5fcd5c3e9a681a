"""How events leave the sandbox: signed, retried, one at a time for each endpoint."""
