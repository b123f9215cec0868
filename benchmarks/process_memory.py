"""How much memory this process holds, and the most that it has held since it was last asked; Linux."""

from pathlib import Path

STATUS = Path("/proc/self/status")
FORGET = Path("/proc/self/clear_refs")
# What `FORGET` takes to begin a new peak; see proc_pid_clear_refs(5).
NEW_PEAK = "5"


def resting() -> float:
    """Megabytes that it holds now; the peak begins anew."""
    FORGET.write_text(NEW_PEAK)
    return _megabytes("VmRSS")


def peak() -> float:
    """The most megabytes that it has held since `resting` was asked."""
    return _megabytes("VmHWM")


def _megabytes(name: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
