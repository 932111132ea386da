"""The addresses of the batch page: files that are dropped, and the report. A door to FastAPI.

::

    POST /batch/drop?name=stems          a new folder: {"folder": 3, "name": "dropped/stems"}
    PUT  /batch/drop/3?name=dx.wav       a file for it; 413 too large, 415 no sound, 409 already there
    GET  /batch/result/report.html       the report of the run that has ended, and what it leads to
"""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, JSONResponse

from audiopost.errors import FileError, UsageError
from audiopost.ui.batch_desk import BatchDesk
from audiopost.ui.drops import TooLargeError, dropped_folder, take

__all__ = ["batch_routes"]

REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
"""A report needs nothing from anywhere; whatever a file is called, it can ask for nothing either."""


def batch_routes(desk: BatchDesk) -> APIRouter:
    """The routes, for one desk."""
    router = APIRouter(prefix="/batch")
    own: set[int] = set()

    @router.post("/drop")
    async def drop(name: str = Query(max_length=500)) -> JSONResponse:
        try:
            folder = await asyncio.to_thread(dropped_folder, desk.dropped, name)
        except (UsageError, FileError) as error:
            raise HTTPException(507, str(error)) from error
        number = desk.book.number(folder.resolve())
        own.add(number)
        return JSONResponse({"folder": number, "name": folder.name})

    @router.put("/drop/{number}")
    async def take_file(number: int, request: Request, name: str = Query(max_length=500)) -> JSONResponse:
        folder = desk.book.folder(number)
        if folder is None or number not in own:  # files go to folders that a drop has made, and to no other
            raise HTTPException(404, "there is no such folder")
        length = request.headers.get("content-length", "")
        try:
            path = await take(folder, name, int(length) if length.isdecimal() else None, request.stream())
        except TooLargeError as error:
            raise HTTPException(413, str(error)) from error
        except UsageError as error:
            raise HTTPException(415, str(error)) from error
        except FileError as error:
            raise HTTPException(409, str(error)) from error
        return JSONResponse({"name": path.name})

    @router.get("/result/{name:path}")
    async def result(name: str) -> FileResponse:
        path = desk.result(name)
        if path is None:
            raise HTTPException(404, "no run has made such a file")
        return FileResponse(path, headers={"Content-Security-Policy": REPORT_POLICY})

    return router
