"""How a run is asked of the server; as a script, `xent` itself: `client.py SOCKET XENT ARGS…`.

The script passes on all its descriptors, so that pipes and `<(…)` of a shell are those of the
run. It imports only what is built in, and needs neither the site's packages nor `socket`.
"""

from __future__ import annotations

import _socket
import array
import marshal
import os
import sys

SIZE = 4
LIMIT = 300  # descriptors from here on are not sent

Request = tuple[list[int], list[str], str, dict[bytes, bytes]]
"""Numbers of the descriptors sent, arguments from the program's path on, folder, environment."""


def ask(
    path: str,
    argv: list[str],
    folder: str,
    environment: dict[bytes, bytes],
    descriptors: dict[int, int],
) -> _socket.socket:
    """Starts a run whose descriptors are copies of ours, by their numbers there."""
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.connect(path)
    request: Request = (list(descriptors), argv, folder, dict(environment))
    data = marshal.dumps(request)
    ours = array.array("i", descriptors.values())
    rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, ours.tobytes())]
    connection.sendmsg([len(data).to_bytes(SIZE, "big")], rights)
    connection.sendall(data)
    return connection


def code(connection: _socket.socket) -> int:
    """The exit code of the run, once it has ended; negative for a signal."""
    told = connection.recv(SIZE)
    if len(told) < SIZE:
        raise RuntimeError("the server has ended")
    return int.from_bytes(told, "big", signed=True)


def _ours() -> list[int]:
    found = []
    for number in map(int, os.listdir("/dev/fd")):
        if number >= LIMIT:
            continue
        try:
            os.fstat(number)
        except OSError:
            continue  # the one that listed them
        found.append(number)
    return found


if __name__ == "__main__":
    asked = ask(sys.argv[1], sys.argv[2:], os.getcwd(), dict(os.environb), {n: n for n in _ours()})
    for number in (0, 1):
        os.close(number)
    ended = code(asked)
    if ended < 0:  # as whoever started us would see it
        import signal

        signal.signal(-ended, signal.SIG_DFL)
        os.kill(os.getpid(), -ended)
    os._exit(ended)
