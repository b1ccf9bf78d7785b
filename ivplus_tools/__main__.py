"""`python -m ivplus_tools` is `ivplus`."""

from ivplus_tools.cli import main

main(prog_name="ivplus")
