"""Keep the virtual environment equal to a lock file.

Runs on the standard library alone, with whatever Python 3.11+ `make` found. Called as
``python deploy/environment.py runtime|dev``. A stamp inside the environment remembers which lock file and which
Python it was made from, so that a start with nothing to do costs one comparison. Two commands that start together
wait for each other.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
LOCK_FILES = {"runtime": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}


def fingerprint(kind: str) -> str:
    """What the environment must have been made from to be used as it is."""
    locked = LOCK_FILES[kind].read_bytes()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return hashlib.sha256(locked).hexdigest() + " " + python


def stamp_file(kind: str) -> Path:
    """Where the fingerprint of the installed packages is kept."""
    return ENVIRONMENT / f".{kind}.stamp"


def is_current(kind: str) -> bool:
    """Whether the environment holds exactly what the lock file asks for."""
    try:
        return stamp_file(kind).read_text() == fingerprint(kind) and (ENVIRONMENT / "bin/python").exists()
    except OSError:
        return False


def made_by_this_python() -> bool:
    """Whether the environment that stands there runs, and runs the same Python as this script."""
    try:
        answer = subprocess.run(
            [ENVIRONMENT / "bin/python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer.stdout.strip() == f"{sys.version_info.major}.{sys.version_info.minor}"


def install(kind: str) -> None:
    """Create the environment where there is none and install the locked packages into it."""
    if not made_by_this_python():
        print("Making the virtual environment ...", flush=True)
        venv.create(ENVIRONMENT, with_pip=True, clear=ENVIRONMENT.exists())
    print(f"Installing {LOCK_FILES[kind].name} ...", flush=True)
    command = [ENVIRONMENT / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--requirement", LOCK_FILES[kind]], check=True)
    # The packages of a running site are part of the developer's.
    for made in ("runtime", "dev") if kind == "dev" else ("runtime",):
        stamp_file(made).write_text(fingerprint(made))


def main() -> int:
    """Bring the environment up to date; the exit status says whether it is."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "runtime"
    if kind not in LOCK_FILES:
        print(f"Usage: {sys.argv[0]} runtime|dev", file=sys.stderr)
        return 2
    if is_current(kind):
        return 0
    descriptor = os.open(ROOT / ".prepare.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    if is_current(kind):
        return 0
    try:
        install(kind)
    except subprocess.CalledProcessError as error:
        print("The packages could not be installed: see what pip says above.", file=sys.stderr)
        return error.returncode or 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
