"""A mail server that keeps what it is given and answers as the test says."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Sink:
    """What came in, and what is answered: `replies["rcpt"] = "451 later"`; "hang up" closes the connection."""

    port: int = 0
    messages: list[tuple[str, str, bytes]] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class _Conversation(socketserver.StreamRequestHandler):
    """One SMTP session (RFC 5321)."""

    def handle(self) -> None:
        self.say("220 sink")
        sender = recipient = ""
        while line := self.rfile.readline():
            word, _space, rest = line.decode().strip().partition(" ")
            verb = word.lower()
            if verb == "mail":
                sender = rest.partition(":")[2].split()[0].strip("<>")
            elif verb == "rcpt":
                recipient = rest.partition(":")[2].strip("<>")
            reply = self.answer(verb, {"data": "354 go on", "quit": "221 bye"}.get(verb, "250 ok"))
            if reply in ("hang up", "221 bye"):
                return
            if reply.startswith("354"):
                body = self.body()
                # Kept before it is said: who hears the answer may look at once.
                if self.sink.replies.get("body", "250").startswith("250"):
                    self.sink.messages.append((sender, recipient, body))
                if self.answer("body", "250 kept") == "hang up":
                    return

    def body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def answer(self, verb: str, usual: str) -> str:
        """Say what the test wants, or what is usual; what was said."""
        reply = self.sink.replies.get(verb, usual)
        if reply != "hang up":
            self.say(reply)
        return reply

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    @property
    def sink(self) -> Sink:
        found: Sink = self.server.sink  # type: ignore[attr-defined]  # set by `smtp_sink`
        return found


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """A running mail server on a port of its own."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Conversation) as server:
        server.daemon_threads = True
        server.sink = sink = Sink(port=server.server_address[1])  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()
