"""An OpenAI-compatible endpoint: one request, tried again where that can help, and no further than was allowed."""

import ipaddress
import json
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from kg.errors import InputError, KgError, UsageError

KEY = "KG_LLM_KEY"
"""The environment variable that holds the key; it is read for each request and kept nowhere."""
_ATTEMPTS = 4
_LONGEST_WAIT = 60.0
_MOST_BYTES = 10_000_000
_BUSY = frozenset({408, 409, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers: `url` is what ends in /v1, `timeout` the seconds that one attempt may take."""

    url: str
    timeout: float
    wait: Callable[[float], None] = time.sleep

    def ask(self, body: Mapping[str, Any]) -> str:
        """The content of the model's message. InputError where this request came to nothing, KgError where any would."""
        data = json.dumps(body).encode()
        pause, last = 1.0, ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self.wait(min(pause, _LONGEST_WAIT))
            pause = 2.0**attempt
            try:
                return _content(self._post(data))
            except urllib.error.HTTPError as error:
                if error.code not in _BUSY:
                    raise self._refused(error) from None
                last = f"it answered {error.code}"
                pause = max(pause, _seconds(error.headers.get("Retry-After")))
            except (OSError, HTTPException) as error:
                reason = getattr(error, "reason", error)
                if isinstance(reason, ConnectionRefusedError | socket.gaierror | ssl.SSLError):
                    raise KgError(f"nobody answers at {self.url}: {reason}", "is the server running?") from None
                late = isinstance(reason, TimeoutError)
                last = f"no answer within {self.timeout:g} seconds" if late else f"the connection broke off: {reason}"
        raise InputError(
            f"the model gave no answer in {_ATTEMPTS} attempts: {last}", "try again later, or raise llm.timeout"
        )

    def _post(self, data: bytes) -> bytes:
        headers = {"Content-Type": "application/json", "User-Agent": "conflict-kg"}
        if key := os.environ.get(KEY):
            headers["Authorization"] = f"Bearer {key}"
        request = urllib.request.Request(f"{self.url}/chat/completions", data, headers)  # noqa: S310 - checked by `allowed`
        # What stays on this machine goes through no proxy.
        direct = [urllib.request.ProxyHandler({})] if is_local(self.url) else []
        with urllib.request.build_opener(_NoRedirects, *direct).open(request, timeout=self.timeout) as answer:
            content: bytes = answer.read(_MOST_BYTES)
            return content

    def _refused(self, error: urllib.error.HTTPError) -> KgError:
        if error.code in (401, 403):  # such answers can repeat the key
            return KgError(f"{self.url} refuses the key ({error.code})", f"set the environment variable {KEY}")
        if 300 <= error.code < 400:
            return KgError(f"{self.url} leads elsewhere ({error.code})", "give the address where the model answers")
        if error.code == 404:
            return KgError(f"{self.url} does not know the path or the model (404)", "check --llm-url and --llm-model")
        try:
            reason = json.loads(error.read(_MOST_BYTES))["error"]["message"]
        except (OSError, ValueError, KeyError, TypeError):
            reason = error.reason
        said = " ".join(str(reason).split())[:200]
        if key := os.environ.get(KEY):
            said = said.replace(key, "…")
        return KgError(f"{self.url} refuses the request ({error.code}): {said}", "does it support structured output?")


def allowed(url: str, network: bool) -> str:
    """The address without a slash at its end, if it may be asked; UsageError where it may not.

    >>> allowed("http://localhost:11434/v1/", network=False)
    'http://localhost:11434/v1'
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise UsageError(f"no web address: {url!r}", "give one such as http://localhost:11434/v1")
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError(
            "an address with a password or a query in it is refused", f"put the key into the variable {KEY}"
        )
    if not is_local(url):
        if not network:
            raise UsageError(f"{host} is not this machine", "--allow-network lets the texts be sent there")
        if parts.scheme != "https" and os.environ.get(KEY):
            raise UsageError(f"the key would be sent to {host} unencrypted", "give an address that begins with https")
    return url.rstrip("/")


def is_local(url: str) -> bool:
    """Whether an address is this machine's, by its name alone.

    >>> is_local("http://127.0.0.1:8080/v1"), is_local("http://localhost.example/v1")
    (True, False)
    """
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Texts go where the user said, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _content(answer: bytes) -> str:
    """The message of the first choice."""
    try:
        choice = json.loads(answer)["choices"][0]
        content = choice["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        raise InputError(
            "the endpoint's answer is none of a chat completion", "is the address that of an API?"
        ) from None
    if choice.get("finish_reason") == "length":
        raise InputError("the model's answer was cut off", "let it answer longer, or lower llm.window")
    if not isinstance(content, str):
        raise InputError("the model gave no answer", "it may have declined; try another model")
    return content


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0
