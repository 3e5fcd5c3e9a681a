"""A bar that shows how far a long command has come, on a terminal only; it must not know what is counted."""

from types import TracebackType
from typing import Any, Self

from tqdm import tqdm


class Progress:
    """Counts up to about `total`; more is no fault, because Stripe may list what we do not have yet."""

    def __init__(self, doing: str, *, total: int, stream: Any, unit: str = "objects") -> None:
        is_terminal = hasattr(stream, "isatty") and stream.isatty()
        self._bar = tqdm(
            total=total,
            desc=doing,
            unit=f" {unit}",
            file=stream,
            disable=not is_terminal,
            leave=False,
            dynamic_ncols=True,
        )

    def reach(self, count: int) -> None:
        """Show that `count` are done."""
        if self._bar.total is not None and count > self._bar.total:
            self._bar.total = count
        self._bar.update(count - self._bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()
