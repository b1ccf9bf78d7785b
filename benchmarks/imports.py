"""What `import ivplus_tools` costs beside an empty interpreter and beside `import pandas`. Prints a Markdown table."""

import statistics
import subprocess
import sys
import time


def seconds(code: str, rounds: int = 15) -> float:
    """The median time of a fresh interpreter that runs the code."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  our own interpreter with constant code
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


if __name__ == "__main__":
    seconds("import ivplus_tools", 2)
    empty = seconds("pass")
    print("| what | ms beyond an empty interpreter |\n|---|---|")
    for name in ("ivplus_tools", "duckdb", "pandas"):
        print(f"| import {name} | {1000 * (seconds(f'import {name}') - empty):.1f} |")
