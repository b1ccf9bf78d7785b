"""Make nbval bite: a check that was never run, or an expected error that is not there, fails."""

import os

import pytest
from nbval.plugin import IPyNbCell

os.environ["TZ"] = "Europe/Helsinki"
os.environ["IVPLUS_UNSEEN"] = "1"  # how long a comparison takes is no part of what it says


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Nbval compares nothing for a cell without an execution count; here such a cell fails."""
    if not isinstance(item, IPyNbCell):
        return
    if item.cell.source.strip() and item.cell.execution_count is None and not item.options["skip"]:
        pytest.fail("the stored cell was never run: nbval would compare nothing; run `make refresh`", pytrace=False)
    if item.options["check_exception"] and not any(one.output_type == "error" for one in item.cell.outputs):
        pytest.fail("tagged raises-exception, but the stored output has no error", pytrace=False)
