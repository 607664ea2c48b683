"""Sends commands over CURVE DEALERs, to a hub or to the limit.

Paced, the way a post does: `Outgoing` says what to send, `wire` makes and reads the frames; for the
limit the same frames go out and replies are only counted. Saturated, frames are made beforehand and
replies counted in both cases, so that the generator costs little and the same.
"""

import pickle
import time
from pathlib import Path
from typing import Any

import zmq

from common import VERSION, wire
from common import messages as m
from common.outgoing import Outgoing, Queued
from tests.bench.workers.channel import Channel
from tests.bench.workers.pace import Pace
from tests.bench.workers.sockets import address, client_socket, new_context

SPIN_S = 0.001


class Sender:
    """One connection; `bodies` are its commands in order."""

    def __init__(self, socket: Any, outbox: str, schema: int, bodies: list[bytes]) -> None:
        self.socket = socket
        self.outbox = outbox
        self.schema = schema
        self.bodies = bodies

    def hello(self) -> None:
        """Introduce this outbox to a hub, and wait for its welcome."""
        self.socket.send(wire.encode(m.Hello(m.PROTOCOL, VERSION, self.outbox, "", {}, 0)))
        message = wire.decode(self.socket.recv())
        if not isinstance(message, m.Welcome):
            raise RuntimeError(f"the hub said {message}")

    def frames(self, window: int) -> list[bytes]:
        """Return each command's frame as an outbox with this window would send it at the latest."""
        return [
            wire.encode_command(
                m.Command(
                    self.outbox, n, max(0, n - window), self.schema, wire.body_hash(body), body
                )
            )
            for n, body in enumerate(self.bodies, 1)
        ]


def paced_outbox(sender: Sender, rate: float) -> dict[int, int]:
    """Send each command at its time through `Outgoing`; return when each left, ns by number."""
    outgoing = Outgoing(sender.outbox, (), 0, time.monotonic)
    outgoing.welcome(0)
    queued = [
        Queued(n, sender.schema, wire.body_hash(body), body)
        for n, body in enumerate(sender.bodies, 1)
    ]
    sent: dict[int, int] = {}
    pace = Pace(rate)

    def take_reply() -> None:
        message = wire.decode(sender.socket.recv())
        if not isinstance(message, m.Reply) or message.status is not m.Status.ACCEPTED:
            raise RuntimeError(f"the hub said {message}")
        outgoing.reply(message)

    for number, entry in enumerate(queued):
        _wait(sender.socket, pace, number, take_reply)
        outgoing.add(entry)
        sent[number] = time.monotonic_ns()
        for command in outgoing.take():
            sender.socket.send(wire.encode_command(command))
    while outgoing.waiting:
        take_reply()
    return sent


def paced_raw(sender: Sender, rate: float) -> dict[int, int]:
    """Send each frame at its time, counting replies; return when each left, ns by number."""
    sent: dict[int, int] = {}
    replies = 0
    pace = Pace(rate)

    def take_reply() -> None:
        nonlocal replies
        sender.socket.recv()
        replies += 1

    for number, frame in enumerate(sender.frames(1)):
        _wait(sender.socket, pace, number, take_reply)
        sent[number] = time.monotonic_ns()
        sender.socket.send(frame)
    while replies < len(sent):
        take_reply()
    return sent


def _wait(socket: Any, pace: Pace, number: int, take_reply: Any) -> None:
    """Take replies until a command is due; the poll counts in whole milliseconds."""
    while (left_s := pace.wait_s(number)) > SPIN_S:
        if socket.poll(int(left_s * 1000)):
            take_reply()
    time.sleep(left_s)


def saturated(senders: list[Sender], window: int) -> float:
    """Send everything, each connection with `window` on its way; return the seconds it took."""
    waiting = {sender.socket: iter(sender.frames(window)) for sender in senders}
    left = {sender.socket: len(sender.bodies) for sender in senders}
    poller = zmq.Poller()
    for socket in waiting:
        poller.register(socket, zmq.POLLIN)
    begun = time.monotonic_ns()
    for socket, frames in waiting.items():
        for _, frame in zip(range(window), frames, strict=False):
            socket.send(frame)
    while left:
        for socket, _ in poller.poll():
            left[socket] -= _refill(socket, waiting[socket])
            if not left[socket]:
                del left[socket]
                poller.unregister(socket)
    return (time.monotonic_ns() - begun) / 1e9


def _refill(socket: Any, frames: Any) -> int:
    """Take every reply that is there, and send as many commands; return how many."""
    taken = 0
    try:
        while True:
            socket.recv(zmq.NOBLOCK)
            taken += 1
            frame = next(frames, None)
            if frame is not None:
                socket.send(frame)
    except zmq.Again:
        return taken


def main() -> None:
    """Send as the benchmark configures."""
    channel = Channel()
    config = channel.config
    context = new_context()
    bodies = pickle.loads(Path(config["bodies"]).read_bytes())
    senders = []
    for post, outbox, part in zip(config["posts"], config["outboxes"], bodies, strict=True):
        socket = client_socket(context, zmq.DEALER, config["hub_key"], post)
        socket.connect(address(config["commands_port"]))
        socket.set(zmq.RCVTIMEO, 30_000)
        socket.set(zmq.SNDTIMEO, 30_000)
        senders.append(Sender(socket, outbox, config["schema"], part))
    for sender in senders:
        if config["hub"]:
            sender.hello()
        else:
            # With IMMEDIATE a socket can be written to once its handshake is done.
            sender.socket.poll(30_000, zmq.POLLOUT)
    channel.say("ready")
    channel.wait()
    if config["rate"]:
        paced = paced_outbox if config["hub"] else paced_raw
        sent = paced(senders[0], config["rate"])
        Path(config["sent"]).write_bytes(pickle.dumps(sent))
        channel.say("done")
    else:
        channel.say("done", elapsed_s=saturated(senders, config["window"]))


if __name__ == "__main__":
    main()
