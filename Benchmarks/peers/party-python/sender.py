"""What sends entries, whatever the transport."""

from collections.abc import Awaitable
from typing import Protocol


class Rejected(Exception):
    """An entry was not taken."""


class Sender(Protocol):
    """Sends entries on one connection."""

    async def open(self) -> None:
        """Connects."""

    def send(self, number: int, text: str, run: str, sent_at: int) -> Awaitable:
        """Sends an entry, and is over when it is acknowledged; throws what came in between, ``Rejected`` among it."""

    async def close(self) -> None:
        """Ends the connection."""


def entry(number: int, text: str, run: str, sent_at: int) -> dict:
    """An entry in the contract's JSON."""
    return {"name": "bench", "data": text, "run": run, "seq": number, "sent_at": sent_at}
