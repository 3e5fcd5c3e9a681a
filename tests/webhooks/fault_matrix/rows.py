"""The rows that the inbox has to stand: rules (W), parts of the design (D) and faults (X). Tests name theirs by mark.

`@pytest.mark.fault("X14", "W9")` on a test says that it shows these rows; test_rows.py finds a row without a test.
"""

RULES = {
    "W1": "An address without a secret is closed, and the product does not start without one.",
    "W2": "Each address has secrets of its own, two while one is replaced, and an account of its own.",
    "W3": "Before the answer: verify, one insert, commit. Never a yes before the commit.",
    "W4": "A row stays after success and can be handled again.",
    "W5": "What failed or died can be tried again, by machine and by hand.",
    "W6": "What is not done is found without any message.",
    "W7": "A payload is a hint; state comes from a fresh fetch.",
    "W8": "No call to a provider inside a transaction or before the answer.",
    "W9": "One worker at a time for an object.",
    "W10": "An event before its row waits, and is no error for a day.",
    "W11": "A dispute is what Stripe says now.",
    "W12": "What is gone at the provider is marked; our rows stay.",
    "W13": "Another mode or account is set aside and told.",
    "W14": "No trouble of the provider is swallowed.",
    "W15": "An unknown version is kept, set aside and told.",
    "W16": "The types that move money or access are handled; others are kept and counted.",
    "W17": "Effects hang on facts, not on events.",
    "W18": "Unverified bodies leave nothing but a count.",
    "W19": "Nothing that a stranger sends is answered with 500.",
    "W20": "Logs and error texts hold no secret, signature, card or body.",
}

DESIGN = {
    "D1": "The way to the answer.",
    "D2": "The tables.",
    "D3": "From events to objects, exactly once.",
    "D4": "Claim, lease and fence.",
    "D5": "Many events, one fetch.",
    "D6": "What cannot be fetched.",
    "D7": "Errors and back-off.",
    "D8": "Dead letters and replay.",
    "D9": "Back-fill.",
    "D10": "How long bodies and keys are kept.",
    "D11": "What is counted.",
    "D12": "The server as the Procfile starts it.",
}

FAULTS = {
    "X1": "A signature that is missing, wrong, malformed or of another scheme: 400, no row.",
    "X2": "A timestamp more than 300 seconds off, either way: 400.",
    "X3": "The same request again, also fifty at once: 200 each, one row, one effect.",
    "X4": "A truncated, changed or rewritten body: 400.",
    "X5": "Another content type or character set: only bytes and signature count.",
    "X6": "A body that is too long, in chunks, or slow: bounded, and in nobody's way.",
    "X7": "A body that is no event: unsigned 400; signed 200, dead, told; its neighbours go on.",
    "X8": "Another method: 405, and HEAD without a body.",
    "X9": "An unknown address, or one without a secret: 404 without the database.",
    "X10": "An unknown type, a future version, a thin event: 200, kept, never a crash.",
    "X11": "Another mode, account or address: set aside and told, or 400 with the wrong secret.",
    "X12": "Two secrets, then the old one removed.",
    "X13": "Out of order, or in the same second: the final state is that of the API.",
    "X14": "Two overlapping deliveries, the first fetch slow: the final state is that of the API.",
    "X15": "A thousand events of one object: one fetch.",
    "X16": "An event before our own row: tried again, and not dead within a day.",
    "X17": "Killed after the commit, or before the wake-up: one row, and taken by the next beat.",
    "X18": "A worker killed, or stopped beyond its lease: done once, and the late write is refused.",
    "X19": "No broker: deliveries go on, beat works them off.",
    "X20": "No database, or none that can store: 503 within a second, never 200.",
    "X21": "The database killed under load: nothing acknowledged is lost.",
    "X22": "Stripe slow, refusing for its load, failing or silent: back-off with jitter, nothing dies.",
    "X23": "A refused key: work pauses, staff are told, nothing dies.",
    "X24": "An object that Stripe does not know: treated as deleted, no loop.",
    "X25": "A fault of ours: dead after eight tries, others go on, a replay works.",
    "X26": "A clock ten minutes off: refused, counted, told.",
    "X27": "Days without an endpoint: the back-fill finds all; beyond 30 days staff are told.",
    "X28": "Back-fill and delivery of one event at once: one row, one effect.",
    "X29": "A day replayed twice: no second mail, charge or credit.",
    "X30": "A flood of unverified bodies: no row, no memory.",
    "X31": "A forged forwarding header: no effect.",
    "X32": "Logs, errors and pages: no secret, signature or card.",
    "X33": "Old events forgotten under load: no delivery lost, copies still recognised.",
    "X34": "Two beats or dispatchers at once: nothing counted twice.",
    "X35": "A deletion that comes again: our rows stay.",
}

NOT_ON_SQLITE = {
    "X20": "Only one of its cases: a file has no number of connections that could be used up.",
    "X21": "SQLite has no server. Its writer is the web server, and X17 kills that under load.",
}
"""Why a row, or a part of one, is met on PostgreSQL only. Everything else is the same suite on both."""
