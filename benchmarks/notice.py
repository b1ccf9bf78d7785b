"""Reading notices: one of 100 kB, and two hundred, beside a plain search for sixteen words and the reading of the bytes."""

import re
from functools import partial
from pathlib import Path

from measuring import Row, timed, times

import ivplus_tools as ivp

SAMPLE = Path(__file__).parent.parent / "tests" / "notices"
PLAIN = re.compile(
    "rekisterinpitäjä|tietosuojavastaava|tarkoitu|oikeusperust|oikeutettu etu|vastaanottaj|siirto|säilyty|oikeus saada|oikais|poist"
    "|rajoitt|vastust|siirtää|peruut|valitus",
    re.IGNORECASE,
)


def judge(desk: ivp.Desk, files: list[Path]) -> None:
    """Items and findings of each file."""
    for file in files:
        reading = desk.notice.read(file, "fi")
        len(reading.items)
        len(reading.findings)


def search(files: list[Path]) -> None:
    """What a user would do otherwise: sixteen words."""
    for file in files:
        PLAIN.findall(file.read_text(encoding="utf-8"))


def rows(folder: Path, rounds: int) -> list[Row]:
    """One long notice, and two hundred of a usual length."""
    desk = ivp.sample(folder / "notices.duckdb", now="2026-03-02T09:00")
    texts = [path.read_text(encoding="utf-8") for path in sorted(SAMPLE.glob("fi*")) if path.suffix in (".md", ".txt")]
    long = folder / "long.txt"
    long.write_text(("\n\n".join(texts) * 40)[:100_000], encoding="utf-8")
    many = []
    for number in range(200):
        many.append(folder / f"notice{number}.md")
        many[-1].write_text(f"{texts[number % len(texts)]}\n\n{number}\n", encoding="utf-8")
    made = []
    for name, files, goal in (("a notice of 100 kB, read and judged", [long], 1.0), ("200 notices, read and judged", many, 10.0)):
        ours, plain = times([partial(judge, desk, files), partial(search, files)], rounds)
        made.append(timed(name, ours, "a search for 16 words", plain, limit=goal))
    return made
