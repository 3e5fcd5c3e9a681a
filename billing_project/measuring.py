"""Lets the processes of one machine count into one folder, so that whichever is asked answers for all.

The client library decides when it is imported whether it counts in memory or in files, so this runs before.
"""

import os
import shutil
from pathlib import Path

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def count_into(folder: str) -> None:
    """Have this process, from now on, count into files of the folder; an empty name: in its own memory."""
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        os.environ[_VARIABLE] = folder
    else:
        os.environ.pop(_VARIABLE, None)


def shared_folder() -> str:
    """The folder that this process counts into, or an empty string."""
    return os.environ.get(_VARIABLE, "")


def forget_counts(folder: str) -> None:
    """Remove what earlier processes counted. Only while none of them runs; a restart begins at nought."""
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)
