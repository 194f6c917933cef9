"""Ports of the loopback address: whether one is free, and who has it.

Asked before anything is installed, so it runs on the machine's own Python.
"""

import socket

from launcher import Refusal


def refuse_taken(port: int) -> None:
    """Raise Refusal, with a port that is free, when somebody listens on this one."""
    if not is_free(port):
        other = next(number for number in range(port + 1, port + 1000) if is_free(number))
        raise Refusal(f"Port {port} is taken{_owner(port)}. Stop that program, or start with: bin/dev --port {other}")


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback address, or raise Refusal where we never may."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refusal(f"Port {port} is kept for root by this system. Start with: bin/dev --port 8000") from None
        except OSError:
            return False
    with socket.socket() as probe:  # macOS lets us bind beside a program that listens on all addresses
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _owner(port: int) -> str:
    """Return who listens on a port, where the system tells."""
    try:
        import psutil  # noqa: PLC0415 - not there before the installation
    except ImportError:
        return ""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.Error:
        return ""
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""
