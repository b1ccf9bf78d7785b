"""What comes with the package: the sample files and the notebooks. Beside it in the project's folder, within it when installed."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
FOLDERS = ("data_samples", "notebooks")


def folder(name: str) -> Path:
    """One of the folders that come with the package."""
    within = PACKAGE / name
    return within if within.is_dir() else PACKAGE.parent / name


def is_installed() -> bool:
    """Whether the package was installed from a wheel, so that its own folders are nobody's working place."""
    return (PACKAGE / "notebooks").is_dir()
