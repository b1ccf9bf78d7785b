"""A real JupyterLab and a real Chromium. Any request or websocket that leaves this machine fails the test."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import expect

from ivplus_tools.cli.house import LAB_SETTINGS, START_LAB

expect.set_options(timeout=60_000)  # a busy machine is slow, not wrong
REQUIRED = os.environ.get("IVPLUS_BROWSER_REQUIRED") == "1"
CHROMIUM = os.environ.get("IVPLUS_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [  # the proxy is a closed door: what is not for this machine goes nowhere, and unlike a route it leaves the cache on
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--proxy-server=127.0.0.1:9",
]  # fmt: skip
DONE = """() => { const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells].filter(c => c.type === 'code');
  if (cells.some(c => c.toJSON().outputs.some(o => o.output_type === 'error'))) return 'error';
  return cells.every(c => !c.sharedModel.getSource().trim() || (c.executionState !== 'running' && c.executionCount !== null)) && 'done' }"""
IDLE = """() => { const panel = window.jupyterapp?.shell?.currentWidget;
  return !!(panel && panel.sessionContext?.isReady && panel.sessionContext.session?.kernel?.status === 'idle') }"""
STATES = """() => { const panel = window.jupyterapp.shell.currentWidget;
  const cells = [...panel.content.model.cells].map((c, i) => `${i}: ${c.type} ${c.executionState} ${c.executionCount}`);
  return [`kernel ${panel.sessionContext.session?.kernel?.status}`, ...cells].join('\\n') }"""
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook"


class Lab:
    """A JupyterLab of its own, with its settings in a folder of its own."""

    def __init__(self, root, home):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.token, self.base = secrets.token_hex(16), f"http://127.0.0.1:{port}"
        for plugin, content in LAB_SETTINGS.items():
            file = home / "settings" / plugin
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(content))
        environment = dict(
            os.environ, JUPYTER_CONFIG_DIR=str(home / "config"), JUPYTER_DATA_DIR=str(home / "data"), JUPYTER_RUNTIME_DIR=str(home / "rt"),
            JUPYTERLAB_SETTINGS_DIR=str(home / "settings"), JUPYTERLAB_WORKSPACES_DIR=str(home / "ws"), IPYTHONDIR=str(home / "ipy"),
            TZ="Europe/Helsinki",
        )  # fmt: skip
        command = [
            sys.executable, "-c", START_LAB, "--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
            "--ServerApp.ip=127.0.0.1", f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={root}",
            "--LabApp.expose_app_in_browser=True", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.extension_manager=readonly", "--KernelManager.transport=ipc",
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        self.root = root
        self.log = (home / "lab.log").open("w")
        self.process = subprocess.Popen(command, env=environment, stdout=self.log, stderr=subprocess.STDOUT)
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{self.base}/api/status?token={self.token}", timeout=1)
            except OSError:
                time.sleep(0.25)
            else:
                return
        raise RuntimeError((home / "lab.log").read_text())

    def call(self, path, method="GET"):
        """One call of the server's interface."""
        request = urllib.request.Request(f"{self.base}/api/{path}?token={self.token}", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def made(self, name, *cells):
        """A notebook of one's own; its path."""
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # or JupyterLab asks
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells], metadata=kernel)
        nbformat.write(notebook, self.root / f"{name}.ipynb")
        return f"{name}.ipynb"

    def open(self, page, path):
        """Open a notebook and wait for its kernel."""
        page.goto(f"{self.base}/lab/tree/{path}?reset&token={self.token}", wait_until="domcontentloaded")
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=90_000)
        page.locator(PANEL).wait_for(timeout=90_000)
        page.wait_for_function(IDLE, timeout=90_000)
        return page.locator(PANEL)

    def run_all(self, page, path):
        """Open a notebook, run all cells, and fail on an error in any."""
        self.open(page, path)
        return self.run(page)

    def run(self, page):
        """Run all cells of the open notebook, as if for the first time, and fail on an error in any."""
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        try:
            state = page.wait_for_function(DONE, timeout=120_000).json_value()
        except Late as late:
            raise AssertionError(page.evaluate(STATES)) from late
        notebook = page.locator(PANEL)
        assert state == "done", notebook.locator(".jp-OutputArea-output pre").last.inner_text()
        return notebook

    def restart(self, page):
        """Restart the kernel, also while it runs, without a question, and wait for it."""
        page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        page.wait_for_function(IDLE, timeout=60_000)

    def kernel(self, page, code):
        """Run code in the notebook's own kernel and give what it printed."""
        return page.evaluate(
            """async code => { const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
               const future = kernel.requestExecute({code}); let text = '';
               future.onIOPub = m => { if (m.header.msg_type === 'stream') text += m.content.text;
                                       if (m.header.msg_type === 'error') text += m.content.evalue; };
               await future.done; return text }""",
            code,
        )

    def close_sessions(self):
        """Shut down every kernel."""
        for session in self.call("sessions"):
            self.call(f"sessions/{session['id']}", "DELETE")


@pytest.fixture(scope="session")
def lab(tmp_path_factory, request):
    """JupyterLab over a copy of the notebooks and samples."""
    if not CHROMIUM:
        assert not REQUIRED, "no Chromium found, and here the browser tests must run"
        pytest.skip("no Chromium found: browser tests are skipped (set IVPLUS_CHROMIUM to its path)")
    root = tmp_path_factory.mktemp("root")
    for name in ("notebooks", "data_samples"):
        shutil.copytree(request.config.rootpath / name, root / name)
    running = Lab(root, tmp_path_factory.mktemp("home"))
    yield running
    running.close_sessions()
    running.process.terminate()
    running.process.wait(20)
    running.log.close()


@pytest.fixture(scope="session")
def chromium(lab):
    """The Chromium that is on this machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


def watched(context, base):
    """The addresses that any page of a context asks for beyond our JupyterLab, by request or by websocket."""
    ours, leaks = (f"{base}/", f"{base.replace('http', 'ws', 1)}/", "data:", "blob:"), []

    def seen(asked):
        if not asked.url.startswith(ours):
            leaks.append(asked.url)

    context.on("request", seen)
    context.on("page", lambda page: page.on("websocket", seen))
    return leaks


@pytest.fixture(scope="session")
def window(lab, chromium):
    """One profile for all pages, so that JupyterLab is read and compiled once; and what its pages ask for elsewhere."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1400}, locale="fi-FI", timezone_id="Europe/Helsinki")
    yield context, watched(context, lab.base)
    context.close()


@pytest.fixture
def page(lab, window):
    """A fresh page; a request to anywhere else fails the test, and so does a websocket."""
    context, leaks = window
    yield context.new_page()
    for one in context.pages:
        one.close()
    lab.close_sessions()
    told, leaks[:] = leaks[:], []
    assert not told, told
