"""``live --ui``: the console in the browser, beside the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from audiopost.errors import UsageError

if TYPE_CHECKING:
    from audiopost.live.desk import Desk
    from audiopost.live.host import LiveHost

__all__ = ["serving"]


@contextmanager
def serving(
    host: LiveHost,
    desk: Desk,
    sources: Sequence[Path],
    *,
    address: str,
    port: int,
    target: str | None,
    tell: Callable[[str], None],
) -> Iterator[None]:
    """Serve the console for the body of a ``with``, and say where it is.

    Files to open are those of the folders that the sources lie in; recordings go to the folder at hand.
    """
    try:
        from audiopost.ui.server import ConsoleServer
        from audiopost.ui.session import ConsoleSession
    except ImportError as error:
        raise UsageError(
            f"the console needs {error.name}, which is not installed", mend="pip install 'audiopost[ui]'"
        ) from error
    from audiopost.library.targets import load_target

    folders = dict.fromkeys((each if each.is_dir() else each.parent).resolve() for each in sources)
    session = ConsoleSession(
        host,
        desk,
        folders=tuple(folders),
        recordings=Path.cwd(),
        target=None if target is None else load_target(target),
    )
    server = ConsoleServer(session, address, port)
    try:
        server.start()
        tell(f"console: {server.address}")
        yield
    finally:
        server.stop()
