"""What `import ivplus_tools` costs in a fresh interpreter, beside `import pandas` and `import duckdb`."""

import subprocess
import sys

from measuring import Row, table, timed

CODE = "import sys, time; begun = time.perf_counter(); __import__(sys.argv[1]); print(time.perf_counter() - begun)"
MODULES = ("ivplus_tools", "pandas", "duckdb")


def _seconds(module: str) -> float:
    told = subprocess.run([sys.executable, "-c", CODE, module], check=True, capture_output=True, text=True)
    return float(told.stdout)


def rows(rounds: int = 10) -> list[Row]:
    """Fresh interpreters in turns."""
    ours, *others = zip(*[[_seconds(module) for module in MODULES] for _ in range(rounds)], strict=True)
    return [timed("`import ivplus_tools`", ours, f"`import {name}`", theirs) for name, theirs in zip(MODULES[1:], others, strict=True)]


if __name__ == "__main__":
    print(table(rows()))
