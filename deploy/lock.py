"""Write requirements.txt and requirements-dev.txt again from requirements.in and requirements-dev.in (`make lock`).

What is locked stays as it is unless a requirement says otherwise; pass ``--upgrade`` to take the newest of everything.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ["--quiet", "--strip-extras", "--no-annotate", "--no-header"]
# Where packages come from is the business of the machine that installs them.
OPTIONS += ["--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"]
# redis-py needs it on the first releases of Python 3.11 only, which is seldom the Python that locks.
CONDITIONAL = ['async-timeout==5.0.1 ; python_full_version < "3.11.3"']


def lock(name: str, arguments: list[str]) -> None:
    """Write one lock file: a line per package, no comment but where it comes from."""
    source, target = ROOT / f"{name}.in", ROOT / f"{name}.txt"
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *arguments, source.name, "-o", target.name]
    subprocess.run(command, cwd=ROOT, check=True)
    names = {line.partition("=")[0] for line in CONDITIONAL}
    lines = [line for line in target.read_text().splitlines() if line and not line.startswith("#")]
    lines = [line for line in lines if line.partition("=")[0] not in names]
    target.write_text(
        "\n".join([f"# Written by `make lock` from {source.name}: change that.", *lines, *CONDITIONAL, ""])
    )


if __name__ == "__main__":
    for requirements in ("requirements", "requirements-dev"):
        lock(requirements, sys.argv[1:])
