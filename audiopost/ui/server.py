"""The console served: pages, frames and words on one address, behind the guard. The door to FastAPI and uvicorn.

Conventions
-----------
- Loopback unless another address is asked for; another address asks every visitor for a token.
- The server has a thread of its own; it ends when the session does.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Query, WebSocket, WebSocketDisconnect
from fastapi.staticfiles import StaticFiles
from nicegui import app, run, ui
from uvicorn import Config, Server

from audiopost.errors import AudiopostError, DeviceError
from audiopost.ui.batch_desk import BatchDesk
from audiopost.ui.batch_page import BatchPage
from audiopost.ui.batch_routes import batch_routes
from audiopost.ui.frames import FrameSource
from audiopost.ui.guard import LOOPBACK, Guard, is_loopback
from audiopost.ui.page import ConsolePage
from audiopost.ui.session import ConsoleSession
from audiopost.ui.waveform import Waveform, columns_of

__all__ = ["ConsoleServer"]

LONGEST_WORD = 60_000
"""Characters: that of a path which was drawn for a while; the page thins out what would be longer."""
MOST_COLUMNS = 8192
START_PATIENCE_S = 20.0


class ConsoleServer:
    """Serves one session. Make one in a process: NiceGUI has one set of pages.

    Parameters
    ----------
    session
        What is shown.
    host
        Address to listen on; ``"127.0.0.1"`` is this machine alone.
    port
        0 takes a free one.

    Raises
    ------
    DeviceError
        By `start`, if the port is taken.
    """

    def __init__(self, session: ConsoleSession, host: str = "127.0.0.1", port: int = 0) -> None:
        self._session = session
        self._host = host
        self.token = None if is_loopback(host) else secrets.token_urlsafe(24)
        self._frames = FrameSource(session.frame, session.knobs)
        self._waveforms: dict[Path, Waveform] = {}
        application = FastAPI(title="audiopost", docs_url=None, redoc_url=None, openapi_url=None)
        application.add_api_route("/waveform", self._waveform, methods=["GET"])
        application.add_api_websocket_route("/live", self._live)
        self._batch = BatchDesk(session.folders, session.recordings)
        application.include_router(batch_routes(self._batch))
        application.mount("/console", StaticFiles(directory=str(files("audiopost.ui") / "static")))
        ui.page("/", title="audiopost", dark=None)(lambda: ConsolePage(session).build())
        ui.page("/batch", title="audiopost: many files", dark=None)(lambda: BatchPage(self._batch).build())
        # Quasar's bar for what is loading has no name that a reader of screens could say, and tells nothing here.
        app.config.quasar_config["loadingBar"] = {"skipHijack": True}
        ui.run_with(application, title="audiopost", dark=None, language="en-GB", show_welcome_message=False)
        names = LOOPBACK if is_loopback(host) else (*LOOPBACK, host, *_names_of_this_machine())
        guarded = Guard(application, names, self.token)
        config = Config(
            guarded,
            host,
            port,
            log_level="warning",
            lifespan="on",
            ws_max_size=1 << 16,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = Server(config)
        self._thread = threading.Thread(target=self._serve, name="audiopost console server", daemon=True)

    @property
    def address(self) -> str:
        """What to open in a browser; with the token, where one is asked for."""
        port = self._server.servers[0].sockets[0].getsockname()[1]
        name = f"[{self._host}]" if ":" in self._host else self._host
        query = "" if self.token is None else f"?token={self.token}"
        return f"http://{name}:{port}/{query}"

    def start(self) -> None:
        """Serve; returns when pages can be opened."""
        self._thread.start()
        waiting = threading.Event()
        for _ in range(int(START_PATIENCE_S / 0.05)):
            if self._server.started or not self._thread.is_alive():
                break
            waiting.wait(0.05)
        if not self._server.started:
            raise DeviceError(f"{self._host}", "the console cannot listen there", "choose another --port")

    def stop(self) -> None:
        """End, whoever still looks."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._batch.close()
        self._session.close()

    def _serve(self) -> None:
        with suppress(SystemExit):  # that is how uvicorn says that the port is taken
            self._server.run()

    async def _waveform(
        self,
        start: float = Query(ge=0.0),
        end: float = Query(ge=0.0),
        columns: int = Query(ge=1, le=MOST_COLUMNS),
    ) -> dict[str, Any]:
        pictures = [await self._picture(stem.path) for stem in self._session.stems]
        return columns_of([each for each in pictures if each is not None], start, end, columns)

    async def _picture(self, path: Path) -> Waveform | None:
        """Of one file, looked through once; None if it cannot be read."""
        if path not in self._waveforms:
            try:
                made = await run.io_bound(Waveform, path)
            except AudiopostError as error:
                self._session.tell(str(error))
                return None
            assert made is not None, "only a server that ends gives nothing"
            there = {stem.path for stem in self._session.stems}
            self._waveforms = {known: each for known, each in self._waveforms.items() if known in there} | {path: made}
        return self._waveforms[path]

    async def _live(self, socket: WebSocket) -> None:
        await socket.accept()
        async with _sending(socket, self._frames):
            with suppress(WebSocketDisconnect):
                while True:
                    text = await socket.receive_text()
                    if len(text) > LONGEST_WORD:
                        continue
                    with suppress(json.JSONDecodeError):
                        word = json.loads(text)
                        if isinstance(word, dict):
                            self._session.say(word)


@asynccontextmanager
async def _sending(socket: WebSocket, frames: FrameSource) -> AsyncIterator[None]:
    """Frames go out while the body listens."""

    async def send() -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # the page has gone between two frames
            async for text in frames.texts():
                await socket.send_text(text)

    task = asyncio.create_task(send())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _names_of_this_machine() -> tuple[str, ...]:
    import socket

    name = socket.gethostname()
    try:
        return (name, *socket.gethostbyname_ex(name)[2])
    except OSError:
        return (name,)
