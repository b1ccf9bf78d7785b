"""Commands about the house itself: lab, doctor, completion, refresh-notebooks."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import click

from ivplus_tools import _shipped, _words
from ivplus_tools.cli.base import SAMPLE, as_table, echo, in_language, main, on_journal, print_csv

NOTEBOOKS = _shipped.folder("notebooks")
SHELLS = ("bash", "zsh", "fish")
LAB_SETTINGS: dict[str, dict[str, object]] = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True,
    },
    "@jupyterlab/apputils-extension/sanitizer.jupyterlab-settings": {"allowCommandLinker": False},
    # else some fields answer in a thread of their own, and a press on Save may overtake what was typed before it
    "@jupyterlab/apputils-extension/kernels-settings.jupyterlab-settings": {"commsOverSubshells": "disabled"},
}  # fmt: skip

LOCALE = "@jupyterlab/translation-extension/plugin.jupyterlab-settings"
PACKS = {"fi": "fi_FI", "sv": "sv_SE", "en": "default"}

# jsonschema builds a grammar for each kind of internet address if it can, which delays the first page by more than a second
START_LAB = "import sys; sys.modules['rfc3987_syntax'] = None; from jupyterlab.labapp import main; main()"


def _speak(settings: Path, lang: str) -> None:
    """Let JupyterLab itself speak the language that was asked for, where its pack is installed; else it speaks English."""
    from importlib.metadata import entry_points

    here = {one.name for one in entry_points(group="jupyterlab.languagepack")}
    told = PACKS[lang] if PACKS[lang] in here else "default"
    file = settings / LOCALE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"locale": told}), encoding="utf-8")


def _practice(path: str, lang: str | None) -> str:
    """The journal that work notebooks are opened on: the invented company's is written, so that what is tried harms no other."""
    if path != SAMPLE or not lang:
        return path
    from ivplus_tools.desk import sample

    return str(sample(lang=lang, now=os.environ.get("IVPLUS_NOW")).standpoint.path)


def lab_settings() -> Path:
    """The folder in which `ivplus lab` keeps JupyterLab's settings."""
    return Path(os.environ.get("IVPLUS_LAB_HOME", Path.home() / ".local" / "share" / "ivplus" / "lab")) / "settings"


@main.command(
    exits={0: "JupyterLab was closed"},
    examples=("ivplus lab", 'ivplus lab --lang fi --by "M. Mallikas"', "ivplus lab --port 9999 --no-browser"),
    reads=("IVPLUS_DESK", "IVPLUS_BY", "IVPLUS_NOW", "IVPLUS_LAB_HOME"),
)
@on_journal
@click.option("--port", default=8888, show_default=True, help="where it listens, on 127.0.0.1")
@click.option("--no-browser", is_flag=True, help="print the address and open no browser")
@click.option("--lang", type=click.Choice(_words.LANGS), help="open the work notebooks in this language (default: the start notebook)")
@click.option("--by", help="who records, as in `IVPLUS_BY`")
def lab(path: str, port: int, no_browser: bool, lang: str | None, by: str | None) -> None:
    """Open JupyterLab on the start notebook, or with --lang on the work notebooks, for this machine only.

    `ivp.Desk()` is there the same journal as in the shell here, and is told. Of an installed package the notebooks and the samples
    are copied to `notebooks` and `data_samples` in the working folder, unless they are there. It listens on 127.0.0.1 with a token,
    and runs without news, update checks or extensions from outside. Settings that somebody has changed are left alone, but the language
    of JupyterLab itself is that of --lang where there is a language pack (Finnish comes with the toolkit).
    """
    path = _practice(path, lang)
    settings = lab_settings()
    for plugin, content in LAB_SETTINGS.items():
        file = settings / plugin
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_text(json.dumps(content, indent=1), encoding="utf-8")
    os.environ["JUPYTERLAB_SETTINGS_DIR"] = str(settings)
    if path != SAMPLE:
        os.environ["IVPLUS_DESK"] = str(Path(path).absolute())  # a notebook's own folder is another one
    if by:
        os.environ["IVPLUS_BY"] = by
    if lang:
        os.environ["IVPLUS_LANG"] = lang
        _speak(settings, lang)
    if path != SAMPLE:
        _say("journal_is", os.environ["IVPLUS_DESK"])
    page = f"work/{lang}/{_words.read('work')['notebook'][0]['name'][lang]}" if lang and path != SAMPLE else "00_start"
    root = _own_notebooks() if _shipped.is_installed() else NOTEBOOKS
    arguments = [
        sys.executable, "-c", START_LAB, f"--ServerApp.root_dir={root}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        f"--LabApp.default_url=/lab/tree/{page}.ipynb", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None", "--LabApp.extension_manager=readonly",
    ]  # fmt: skip
    if os.name == "posix":
        arguments.append("--KernelManager.transport=ipc")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    arguments += ["--no-browser"] if no_browser else []
    if os.name == "posix":
        os.execv(arguments[0], arguments)  # noqa: S606  our own interpreter with constant arguments
    import subprocess

    sys.exit(subprocess.call(arguments))  # noqa: S603  our own interpreter with constant arguments


def _say(key: str, path: object) -> None:
    """A line of `ivplus lab`, which has no option of a language."""
    asked = os.environ.get("IVPLUS_LANG")
    echo(_words.say(f"shell.{key}", asked if asked in _words.LANGS else "fi", path=path))


def _own_notebooks() -> Path:
    """The notebooks in the working folder, and the samples that they read: copied there once, and the officer's own from then on."""
    for name in _shipped.FOLDERS:
        place = Path.cwd() / name
        if not place.exists():
            shutil.copytree(_shipped.folder(name), place, ignore=shutil.ignore_patterns("__pycache__", ".*"))
            _say(f"{name}_copied", place)
    work = Path.cwd() / NOTEBOOKS.name / "work"  # folders of an earlier version have none
    if not work.exists():
        shutil.copytree(_shipped.folder(NOTEBOOKS.name) / "work", work)
    return Path.cwd() / NOTEBOOKS.name


@main.command(
    exits={0: "nothing is bad", 1: "something is"},
    examples=("ivplus doctor", "ivplus doctor --desk ivplus.duckdb --format json"),
    reads=("IVPLUS_NOW", "IVPLUS_LAB_HOME"),
)
@on_journal
@in_language
@as_table
@click.pass_context
def doctor(ctx: click.Context, path: str, lang: str, shape: str) -> None:
    """Look whether everything that the toolkit needs is in order.

    The installation, the journal and its folder, the clock, fonts, JupyterLab's settings, the facts of the law. Each line has a state:
    ok, note (works, and is worth knowing) or bad. Nothing is changed and no network is asked. A journal that was named and is not there
    is bad; without a name, it only has not been made yet.
    """
    try:
        from ivplus_tools.cli import doctor as checks
    except (ImportError, KeyError) as error:  # KeyError: without time zone data no module that knows the time loads
        echo(f"bad  {error.args[0]}")
        sys.exit(1)
    named = path != SAMPLE and ctx.get_parameter_source("path") is not click.core.ParameterSource.DEFAULT
    rows = checks.examine(checks.Ground(Path(path), named, lang, NOTEBOOKS.parent, lab_settings()))
    if shape == "json":
        echo(json.dumps([row._asdict() for row in rows], ensure_ascii=False, indent=1))
    elif shape == "csv":
        print_csv([list(checks.Row._fields), *(list(row) for row in rows)])
    else:
        for line in checks.told(rows, lang):
            echo(line)
    if any(row.state == "bad" for row in rows):
        sys.exit(1)


@main.command(
    exits={0: "the script was printed"},
    examples=(
        "ivplus completion bash >> ~/.bashrc",
        "ivplus completion zsh >> ~/.zshrc",
        "ivplus completion fish > ~/.config/fish/completions/ivplus.fish",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that completes commands, options and their values in SHELL.

    Rooms, formats, languages, finding codes and the names of files complete too. Install it once with the line for your shell below, and
    open a new one. Bash is to be 4.4 or newer.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    echo(kind(main, {}, "ivplus", "_IVPLUS_COMPLETE").source())


@main.command(
    "refresh-notebooks",
    exits={0: "all notebooks were written"},
    examples=("ivplus refresh-notebooks",),
)
def refresh_notebooks() -> None:
    """Run `notebooks/checks` anew and keep their outputs; clear the outputs of the other notebooks.

    For those who change the toolkit: look at the difference before you keep it. Prints each notebook.
    """
    from ivplus_tools import _notebooks

    for path in _notebooks.refresh(NOTEBOOKS):
        echo(str(path.relative_to(NOTEBOOKS.parent)))
