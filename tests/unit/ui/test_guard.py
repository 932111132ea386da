"""Who may speak to the console: names, pages of others, tokens; on requests and on sockets."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from audiopost.ui.guard import TOKEN_COOKIE, Guard

ENTERED = 200


def visit(
    kind: str = "http", *, headers: dict[str, str] | None = None, query: str = "", token: str | None = None
) -> tuple[int, list[MutableMapping[str, Any]]]:
    """The status that a visitor gets, and everything that was sent."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": ENTERED, "headers": []})

    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": f"{kind}.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    given = {"host": "localhost:8080", **(headers or {})}
    scope = {
        "type": kind,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    asyncio.run(Guard(application, token=token)(scope, receive, send))
    first = sent[0]
    return (403 if first["type"] == "websocket.close" else first["status"]), sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, ENTERED),
        ({"host": "127.0.0.1:8080"}, ENTERED),
        ({"host": "[::1]:8080"}, ENTERED),
        ({"origin": "http://localhost:8080"}, ENTERED),
        ({"host": "evil.example"}, 403),
        ({"host": "evil.example:8080", "origin": "http://evil.example:8080"}, 403),
        ({"host": ""}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://localhost.evil.example:8080"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:3000"}, 403),
        ({"origin": "https://localhost"}, 403),
        ({"origin": "http://["}, 403),
    ],
)
def test_only_our_own_names_and_pages_enter(kind: str, headers: dict[str, str], status: int) -> None:
    assert visit(kind, headers=headers)[0] == status


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_token_is_asked_for_and_kept(kind: str) -> None:
    assert visit(kind, token="secret")[0] == 403
    assert visit(kind, token="secret", query="token=wrong")[0] == 403
    assert visit(kind, token="secret", headers={"cookie": f"{TOKEN_COOKIE}=wrong"})[0] == 403
    assert visit(kind, token="secret", headers={"cookie": f"a=b; {TOKEN_COOKIE}=secret"})[0] == ENTERED
    status, sent = visit(kind, token="secret", query="token=secret")
    assert status == ENTERED
    cookies = [value for name, value in sent[0].get("headers", ()) if name == b"set-cookie"]
    assert bool(cookies) == (kind == "http")
    assert all(b"HttpOnly" in value and b"SameSite=Strict" in value for value in cookies)


def test_a_refusal_says_what_to_do() -> None:
    _, sent = visit(token="secret")
    assert b"open the address" in sent[1]["body"]
