"""Who may speak to the console: checked before any page, any file and any socket is reached.

::

    request ─▶ Host: one of ours? ─▶ Origin: none, or ours? ─▶ token, where one is asked for ─▶ the application

A page of somebody else's, open in the same browser, can send requests to this machine; it cannot choose the two
headers, which browsers set themselves. So a foreign ``Origin`` and a foreign ``Host`` (a name made to point here) are
refused, on sockets too.

Source: the headers' meaning after RFC 9110, section 7.2, and RFC 6454, section 7.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["TOKEN_COOKIE", "Guard", "is_loopback"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_COOKIE = "audiopost_token"  # noqa: S105 - the name of the cookie, not what is in it
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    """Whether an address is that of this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    return host.lower() in LOOPBACK


class Guard:
    """An ASGI application before another one.

    Parameters
    ----------
    application
        What is guarded.
    hosts
        Names and addresses that the console answers to, without the port.
    token
        What a visitor must bring once, as ``?token=...``; a cookie then keeps it. None: nothing is asked.
    """

    def __init__(self, application: Application, hosts: Iterable[str] = LOOPBACK, token: str | None = None) -> None:
        self._application = application
        self._hosts = frozenset(host.lower() for host in hosts)
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may enter; answer 403 to what may not."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        reason = self._refusal(headers)
        if reason is None and self._token is not None and not self._knows_token(scope, headers):
            reason = "the token is missing or wrong: open the address that audiopost printed"
        if reason is None:
            await self._application(scope, receive, self._with_cookie(scope, headers, send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": reason})
        else:
            await _answer(send, 403, reason)

    def _refusal(self, headers: Mapping[str, str]) -> str | None:
        host = _name_of(f"//{headers.get('host', '')}")
        if host not in self._hosts:
            return "this name is not one that the console answers to"
        origin = headers.get("origin")
        if origin is not None and (_name_of(origin) not in self._hosts or _port_of(origin) != _host_port(headers)):
            return "another page may not speak to the console"
        return None

    def _knows_token(self, scope: Scope, headers: Mapping[str, str]) -> bool:
        assert self._token is not None
        given = _query_token(scope) or _cookie_token(headers)
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _with_cookie(self, scope: Scope, headers: Mapping[str, str], send: Send) -> Send:
        """Keeps a token that came in the address, so that later requests need not show it."""
        if self._token is None or scope["type"] != "http" or _cookie_token(headers) == self._token:
            return send
        cookie = f"{TOKEN_COOKIE}={self._token}; Path=/; HttpOnly; SameSite=Strict"

        async def with_cookie(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"set-cookie", cookie.encode())]}
            await send(message)

        return with_cookie


def _name_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _port_of(origin: str) -> int | None:
    try:
        parts = urlsplit(origin)
        return parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None


def _host_port(headers: Mapping[str, str]) -> int | None:
    return _port_of(f"http://{headers.get('host', '')}")


def _query_token(scope: Scope) -> str:
    return str(parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0])


def _cookie_token(headers: Mapping[str, str]) -> str:
    try:
        cookie = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return str(cookie[TOKEN_COOKIE].value) if TOKEN_COOKIE in cookie else ""


async def _answer(send: Send, status: int, words: str) -> None:
    body = f"{words}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
