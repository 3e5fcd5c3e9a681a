"""The command line: `python -m tests.conformance [--recordings FOLDER] [--details]`."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.conformance.client import Client, running_sandbox
from tests.conformance.recordings import read_stories
from tests.conformance.replay import replay
from tests.conformance.report import details, is_worse, table


def main() -> int:
    """Replay a folder and print the outcome; 1 when fewer exchanges pass than before."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--recordings", type=Path, required=True, help="a folder of recorded exchanges (*.json)")
    parser.add_argument("--details", action="store_true", help="print every difference of every failed exchange")
    options = parser.parse_args()
    if not options.recordings.is_dir():
        print("conformance not run: there is no folder of recordings")
        return 0
    with tempfile.TemporaryDirectory() as folder, running_sandbox(Path(folder)) as port:
        verdicts = replay(Client(port), list(read_stories(options.recordings)))
    print(table(verdicts))
    if options.details:
        print(details(verdicts))
    worse = is_worse(verdicts)
    if worse:
        print(worse)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
