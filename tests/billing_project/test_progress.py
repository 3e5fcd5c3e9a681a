"""The bar of long commands: on a terminal only, and never in a file or a pipe."""

from io import StringIO

from billing_project.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is() -> None:
    stream = Terminal()

    with Progress("comparing", total=200, stream=stream) as progress:
        progress.reach(200)

    assert "comparing" in stream.getvalue()


def test_more_than_expected_is_no_fault() -> None:
    stream = Terminal()

    with Progress("comparing", total=1, stream=stream) as progress:
        progress.reach(1)
        progress.reach(5)


def test_a_pipe_sees_nothing() -> None:
    stream = StringIO()

    with Progress("comparing", total=200, stream=stream) as progress:
        progress.reach(100)

    assert stream.getvalue() == ""
