"""What the processes use: CPU time, and memory as PSS, which divides shared pages among those who share them."""

from collections.abc import Iterator
from contextlib import suppress

import psutil
from launcher.processes import Processes


class Meter:
    """Reads the processes of a shop, each with its children, under the name it was started by."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def cpu(self) -> dict[str, float]:
        """Return the CPU seconds used so far, by name. Children that ended count with their parent."""
        return {name: sum(map(_seconds, family)) for name, family in self._families()}

    def memory(self) -> dict[str, list[int]]:
        """Return the bytes of every process, by name, the largest first."""
        found = {name: sorted(map(_bytes, family), reverse=True) for name, family in self._families()}
        return {name: [size for size in sizes if size] for name, sizes in found.items()}

    def _families(self) -> Iterator[tuple[str, list[psutil.Process]]]:
        for entry in self._processes.entries():
            with suppress(psutil.NoSuchProcess):
                leader = psutil.Process(entry.pid)
                yield entry.name, [leader, *leader.children(recursive=True)]


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _bytes(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.uss))  # only Linux tells PSS
    return 0
