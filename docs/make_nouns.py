"""Write the queries of each room, `sql/<room>.sql`, from its records; with --check, only say whether they are current."""

from pathlib import Path

from make_dictionary import finish

from ivplus_tools._records.nouns import nouns_of
from ivplus_tools.rooms import ROOMS

FOLDER = Path(__file__).parent.parent / "ivplus_tools" / "sql"

if __name__ == "__main__":
    for name, room in ROOMS.items():
        if room.records:
            finish(FOLDER / f"{name}.sql", nouns_of(room.records))
