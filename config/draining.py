"""The web server's worker: when it is to end, nobody who got a connection is turned away."""

from gunicorn.workers.gthread import ThreadWorker


class DrainingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """Takes what waits in the queue of the listening socket and closes it at once, then answers all of them.

    gunicorn's own worker first waits for what it began; the kernel queues new connections meanwhile, and resets them
    when the socket is closed in the end.
    """

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  # the signature is gunicorn's
        super().set_accept_enabled(enabled)
        if not self.alive:
            self.drain()

    def drain(self) -> None:
        """Take every connection that waits, and close the socket before more come."""
        for listener in self.sockets:
            taken = -1
            while taken != self.nr_conns:
                taken = self.nr_conns
                self.accept(listener)
            listener.close()
