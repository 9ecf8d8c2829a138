"""The service's own door for its administrator: a socket in the state folder, mode 0700.

One process owns the database, so a command that changes something asks the running service to do
it. Each command is one message, answered by one.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec
import zmq

from service.administration import Answer, Command, Failed

FILE = "control.sock"
LONGEST_PATH = 107  # of a Unix socket

Reply = Callable[[Answer], None]

_command: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)
_answer: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


class ServiceSilent(Exception):
    """The text says where no service answered."""


def _endpoint(state: Path) -> str:
    path = str((state / FILE).absolute())
    if len(path.encode()) > LONGEST_PATH:
        raise ServiceSilent(f"{path} is too long for a socket; use a shorter state folder")
    return f"ipc://{path}"


class ControlSocket:
    """Owner: the link thread."""

    def __init__(
        self,
        context: "zmq.Context[zmq.Socket[bytes]]",
        state: Path,
        carry_out: Callable[[Command, Reply], None],
    ) -> None:
        self.socket = context.socket(zmq.ROUTER)
        self.socket.linger = 1000
        self.socket.bind(_endpoint(state))
        self._carry_out = carry_out

    def take(self) -> None:
        """Begin one waiting command; it is answered when it is done."""
        identity, _empty, body = self.socket.recv_multipart()

        def reply(answer: Answer) -> None:
            self.socket.send_multipart((identity, b"", msgspec.json.encode(answer)))

        try:
            self._carry_out(_command.decode(body), reply)
        except msgspec.DecodeError as problem:
            reply(Failed(f"the running service does not know this command: {problem}"))

    def close(self) -> None:
        self.socket.close()


def ask(state: Path, command: Command, seconds: float = 30.0) -> Answer:
    """Let the running service do it; raises ServiceSilent."""
    context = zmq.Context()
    socket = context.socket(zmq.REQ)
    socket.connect(_endpoint(state))
    try:
        socket.send(msgspec.json.encode(command))
        if not socket.poll(int(seconds * 1000)):
            raise ServiceSilent(f"no service answered at {state / FILE} within {seconds:g} s")
        return _answer.decode(socket.recv())
    finally:
        context.destroy(linger=0)
