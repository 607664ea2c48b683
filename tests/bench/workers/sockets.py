"""CURVE sockets as every zmq worker makes them: the hub's own options, so that all pay the same."""

from typing import Any, Final

import zmq
from zmq.utils import z85

from common import wire

HOST: Final = "127.0.0.1"


def server_socket(context: "zmq.Context[Any]", kind: int, secret: bytes, port: int) -> Any:
    """Return a bound CURVE server socket with the options of `hub/server.py`, without a ZAP."""
    socket = context.socket(kind)
    socket.set(zmq.CURVE_SERVER, 1)
    socket.set(zmq.CURVE_SECRETKEY, z85.encode(secret))
    socket.set(zmq.HANDSHAKE_IVL, 4000)
    socket.set(zmq.HEARTBEAT_IVL, 2000)
    socket.set(zmq.HEARTBEAT_TIMEOUT, 6000)
    socket.set(zmq.BACKLOG, 1024)
    socket.set(zmq.LINGER, 200)
    socket.set(zmq.MAXMSGSIZE, wire.MESSAGE_BYTES)
    socket.set(zmq.SNDHWM, 10_000)
    socket.set(zmq.RCVHWM, 10_000)
    socket.bind(address(port))
    return socket


def client_socket(
    context: "zmq.Context[Any]", kind: int, hub_key: str, post: dict[str, Any]
) -> Any:
    """Return a CURVE client socket under a post's keys, not connected yet."""
    socket = context.socket(kind)
    socket.set(zmq.CURVE_SERVERKEY, z85.encode(bytes.fromhex(hub_key)))
    socket.set(zmq.CURVE_PUBLICKEY, z85.encode(bytes.fromhex(post["public"])))
    socket.set(zmq.CURVE_SECRETKEY, z85.encode(bytes.fromhex(post["secret"])))
    socket.set(zmq.RECONNECT_IVL, 100)
    socket.set(zmq.RECONNECT_IVL_MAX, 5000)
    socket.set(zmq.HANDSHAKE_IVL, 4000)
    socket.set(zmq.RCVHWM, 10_000)
    socket.set(zmq.LINGER, 0)
    if kind == zmq.DEALER:
        socket.set(zmq.IMMEDIATE, 1)
    return socket


def address(port: int) -> str:
    """Return where a server of this machine listens."""
    return f"tcp://{HOST}:{port}"


def new_context() -> "zmq.Context[Any]":
    """Return a context for hundreds of sockets."""
    context: zmq.Context[Any] = zmq.Context()
    context.set(zmq.MAX_SOCKETS, 8192)
    return context
