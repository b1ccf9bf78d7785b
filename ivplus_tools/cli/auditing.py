"""The quarter: `ivplus audit` runs the audit notebook by itself and leaves an evidence pack."""

from __future__ import annotations

import json
import sys

import click

from ivplus_tools.cli.base import SAMPLE, by_whom, desk_of, echo, fails_on, in_language, main, on_journal, progress_of


@main.command(
    exits={0: "no finding that nobody has accepted is at or above --fail-on", 1: "one is; the pack is written all the same"},
    examples=(
        "ivplus audit --as-of 2026-09-30 --out audits/",
        "ivplus audit --desk sample --as-of 2026-03-02    # the invented company",
        "ivplus audit --lang sv --fail-on never      # of the quarter that ended last",
    ),
    reads=("IVPLUS_NOW",),
)
@on_journal
@click.option("--as-of", "as_of", metavar="DAY", help="the day of the audit (default: the last day of the last quarter)")
@click.option("--known", metavar="DAY", help="only what was known on this day or at this moment (default: everything)")
@click.option("--since", metavar="DAY", help="the day to compare with (default: that of the pack before, else a quarter earlier)")
@click.option("--out", default="audits", show_default=True, type=click.Path(), help="the folder for the pack")
@click.option("--notebook", type=click.Path(), help="another notebook with a cell tagged `parameters`")
@click.option("--force", is_flag=True, help="replace a pack of that day whose content was another")
@fails_on
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True, help="how the result is told")
@in_language
def audit(
    path: str, as_of: str | None, known: str | None, since: str | None, out: str, notebook: str | None, force: bool,
    fail_on: str, shape: str, lang: str,
) -> None:  # fmt: skip
    """Run the audit notebook for a day and write a sealed evidence pack.

    The pack `audit-DAY.zip` holds the report (HTML, PDF/A, the notebook), the findings, the register, the entries of the journal with
    their seals, the law that was read, and `verify.py`, which checks all of it on any machine with Python. The same journal, day and
    versions give the same bytes; each pack names the one before. Nothing is written into the journal: somebody reads the pack, then
    `desk.audit.sign(pack, by=...)` seals its hash.
    """
    from ivplus_tools import _dates, evidence

    with progress_of("audit") as progress:
        pack = evidence.audit(
            None if path == SAMPLE else path, as_of=as_of or evidence.last_quarter(_dates.now().date()), out=out, known=known,
            since=since, lang=lang, notebook=notebook, force=force, progress=progress,
        )  # fmt: skip
    told = {"file": str(pack.path), "hash": pack.opened.hash, "new": not pack.there, **pack.manifest}
    echo(json.dumps(told, ensure_ascii=False, indent=1) if shape == "json" else repr(pack))
    if pack.fails(fail_on):
        sys.exit(1)


@main.command(
    exits={0: "the request is written, or the answer is sealed in the journal"},
    examples=("ivplus anchor --request head.tsq", "ivplus anchor --answer head.tsr --certificates authority.pem"),
    reads=("IVPLUS_NOW",),
)
@on_journal
@click.option("--request", metavar="FILE", type=click.Path(), help="write a request for a time stamp over the head seal")
@click.option("--answer", metavar="FILE", type=click.Path(), help="take the authority's answer")
@click.option("--certificates", metavar="FILE", type=click.Path(), help="the authority's certificates (PEM), its root among them")
@by_whom
@in_language
def anchor(path: str, request: str | None, answer: str | None, certificates: str | None, by: str | None, lang: str) -> None:
    """Let an authority outside put a time on the head seal (RFC 3161).

    Two steps: --request writes a file that you hand in to a time-stamping authority of your choice; --answer takes what it gives back,
    checks it by its certificates, and seals it. Nothing is sent by this. From then on `ivplus verify` tells a journal that was
    written and sealed anew; keep the answer and the certificates elsewhere too.
    """
    done = desk_of(path, None, None, lang, by).anchor(request, answer, certificates)
    echo(done if request else repr(done))
