"""The command line: `python -m stripe_sandbox --port P --state FILE --webhook URL=SECRET`."""

import argparse
import logging
from pathlib import Path

import uvicorn

from stripe_sandbox.application import build_application
from stripe_sandbox.sandbox import MERCHANT_NAME, Sandbox


def main() -> None:
    """Run a sandbox until it is told to stop."""
    options = _options()
    logging.basicConfig(level=logging.WARNING, format="sandbox %(levelname)s %(name)s: %(message)s")
    sandbox = Sandbox(
        options.state,
        base_url=options.public_url or f"http://{options.host}:{options.port}",
        endpoints=[_endpoint(text) for text in options.webhook],
        merchant_name=options.merchant,
        token=options.token,
    )
    sandbox.start()
    try:
        uvicorn.run(
            build_application(sandbox),
            host=options.host,
            port=options.port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=2,
        )
    finally:
        sandbox.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m stripe_sandbox", description="A local stand-in for Stripe.")
    parser.add_argument("--host", default="127.0.0.1", choices=["127.0.0.1", "localhost"])
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--state", type=Path, required=True, help="the SQLite file that holds all state")
    parser.add_argument("--webhook", action="append", default=[], metavar="URL=SECRET")
    parser.add_argument("--merchant", default=MERCHANT_NAME, help="the shop's name on pages and invoices")
    parser.add_argument("--token", default="", help="returned by /_sandbox/health")
    parser.add_argument("--public-url", default="", help="where browsers reach this sandbox, if not host and port")
    return parser.parse_args()


def _endpoint(text: str) -> tuple[str, str]:
    url, separator, secret = text.rpartition("=")
    if not separator or not url.startswith("http") or not secret:
        raise SystemExit(f"--webhook wants URL=SECRET, not {text}")
    return url, secret


if __name__ == "__main__":
    main()
