"""Draw the pictures of the officer's guide: the Finnish work notebooks over the invented company, in a real JupyterLab.

`make pictures` writes docs/pictures; `--folder`, `--width` and `--dark` look at the same in another place, width or theme.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import ivplus_tools as ivp

NOW = "2026-03-02T09:00"
HERE = Path(__file__).parent
CHROMIUM = os.environ.get("IVPLUS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
SHOWN = {  # picture: notebook, what is in it, what is chosen there, its height
    "ensimmainen-paiva": ("0_ensimmainen_paiva", ".ivplus-first-day", "", 520),
    "tanaan": ("1_tanaan", ".ivplus-today", "", 900),
    "loukkaus": ("4_loukkaukset", ".ivplus-breach", "2026-001", 900),
    "poisto": ("5_sailytys", ".ivplus-erasing", "", 700),
    "neljannes": ("6_tarkastus", ".ivplus-quarter", "", 600),
}
FOLDER = "/".join(("work", "fi"))
IDLE = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
DONE = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .filter(c => c.type === 'code').every(c => c.executionCount !== null && c.executionState !== 'running')"""


@contextmanager
def lab(folder: Path) -> Iterator[str]:
    """JupyterLab over the invented company, in Finnish; its address."""
    ivp.sample(folder / "esimerkki.duckdb", now=NOW)
    told = {"IVPLUS_LAB_HOME": str(folder / "lab"), "IVPLUS_DESK": str(folder / "esimerkki.duckdb"), "IVPLUS_NOW": NOW}
    exposed = {"JUPYTER_CONFIG_DIR": str(folder / "config"), "TZ": "Europe/Helsinki"}
    (folder / "config").mkdir()
    (folder / "config" / "jupyter_lab_config.json").write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    command = [sys.executable, "-m", "ivplus_tools", "lab", "--lang", "fi", "--by", "M. Mallikas", "--no-browser", "--port", "9771"]
    environment = {**os.environ, **told, **exposed}
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, stderr=subprocess.STDOUT)  # noqa: S603  our own
    try:
        yield next(found[0] for line in running.stdout or () if (found := re.search(r"http://127\.0\.0\.1:\d+/\S*token=\w+", line)))
    finally:
        running.terminate()


def draw(page: Page, address: str, name: str, to: Path) -> None:
    """Run one work notebook and take the picture of what is in it."""
    notebook, shown, chosen, height = SHOWN[name]
    page.goto(re.sub(r"/tree/.*\.ipynb\?", f"/tree/{FOLDER}/{notebook}.ipynb?reset&", address))
    page.wait_for_function(IDLE, timeout=120_000)
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
    page.wait_for_function(DONE, timeout=120_000)
    found = page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) {shown}").first
    found.wait_for(timeout=60_000)
    page.wait_for_timeout(2_000)
    if chosen:
        lines = found.locator(".widget-select select").first
        lines.select_option(label=next(one for one in lines.locator("option").all_inner_texts() if one.startswith(chosen)))
    page.wait_for_timeout(2_000)  # a form is drawn piece by piece
    found.evaluate("one => one.scrollIntoView({ block: 'start' })")
    page.wait_for_timeout(500)
    box = found.bounding_box() or {"x": 0, "y": 0, "width": 100, "height": 100}
    view = (page.viewport_size or {})["height"]
    tall = min(box["height"], height, view - box["y"])
    page.screenshot(path=to / f"{name}.png", clip={"x": box["x"], "y": box["y"], "width": box["width"], "height": tall})


def main() -> None:
    """All pictures, or those that are named."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", default=[*SHOWN])
    asked.add_argument("--folder", type=Path, default=HERE / "pictures")
    asked.add_argument("--width", type=int, default=1280)
    asked.add_argument("--dark", action="store_true")
    asked_for = asked.parse_args()
    asked_for.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, lab(Path(made)) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": asked_for.width, "height": 1400}, locale="fi-FI")
        page.goto(address)
        page.wait_for_function(IDLE, timeout=120_000)
        if asked_for.dark:
            page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
        for name in asked_for.names:
            draw(page, address, name, asked_for.folder)
        browser.close()


if __name__ == "__main__":
    main()
