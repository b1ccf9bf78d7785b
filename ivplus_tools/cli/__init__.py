"""`ivplus ...` at the shell: a thin layer over the Desk. Exit 0 clean, 1 findings, 2 failure."""

from ivplus_tools.cli import (  # each adds its commands to `main`
    asking,
    assessing,
    auditing,
    discovering,
    files,
    house,
    looking,
    marketing,
    measuring,
    noticing,
)
from ivplus_tools.cli.base import main

__all__ = ["asking", "assessing", "auditing", "discovering", "files", "house", "looking", "main", "marketing", "measuring", "noticing"]
