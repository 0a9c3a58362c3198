"""``olist-segments notebooks``: the notebooks, run on a built database, as pages."""

import argparse
import importlib.util
import os
import re
import sys
from pathlib import Path

from olist_segments.commands.common import add_target
from olist_segments.pages import asset, plotly_scripts
from olist_segments.project import UserError, find_built, project_root, write_page
from olist_segments.shop import built_shop, site_folder

HELP = "Run the notebooks into site/."

# What the original project found in Olist's files says nothing about another shop.
ABOUT_OLIST = {"original"}

# Scripts for formulas and diagrams, which the notebooks do not have.
LINKED_SCRIPT = r'<script[^>]* src="(?:https?:[^"]*)?"[^>]*>\s*</script>'

# Lines that are short enough to read, and no request for an icon.
HEAD = f"""<link rel="icon" href="data:,">
<style>
body.jp-Notebook {{ max-width: 68rem; margin: auto; }}
{asset("tables.css")}</style>
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Run all notebooks."""
    if importlib.util.find_spec("nbclient") is None:
        raise UserError(
            "Jupyter is not installed: run `make notebooks`, or "
            "`pip install -e '.[notebooks]'`"
        )
    from nbclient.exceptions import CellExecutionError

    root = project_root()
    _, database = find_built(root, options.target)
    shop, site = built_shop(database), site_folder(root, database)
    code = 0
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        if path.stem in ABOUT_OLIST and shop.name != "olist":
            continue
        try:
            print(f"Wrote {export_notebook(path, database, site)}", flush=True)
        except CellExecutionError as error:
            said = f"{error.ename}: {error.evalue}"
            print(f"{path.name} stopped with {said}", file=sys.stderr)
            code = 1
    return code


def execute_notebook(path: Path, database: Path):
    """Run a notebook from top to bottom.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.
    database : Path
        The built database that it reads.

    Returns
    -------
    nbformat.NotebookNode
        The notebook with its outputs, without the cells whose tags say that they need
        what the shop does not have: `needs reviews`, as in `Shop.lacking`.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    shop = built_shop(database)
    notebook.cells = [
        cell for cell in notebook.cells if not shop.lacking(_needs_of(cell))
    ]
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        # It would warn that other users of this machine could listen in.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    # The renderer writes plotly.js into the notebook rather than a link to it.
    settings = {"OLIST_DB": str(database.resolve()), "PLOTLY_RENDERER": "notebook"}
    try:
        client.execute(env={**os.environ, **settings})
    except AssertionError as error:  # a signal, at which it has stopped the kernel
        raise KeyboardInterrupt from error
    return notebook


def export_notebook(path: Path, database: Path, site: Path) -> Path:
    """Run a notebook and write it as a page.

    Parameters
    ----------
    path : Path
        The notebook.
    database : Path
        The built database that it reads.
    site : Path
        The folder to write to.

    Returns
    -------
    Path
        The page, which opens without a network.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        As in `execute_notebook`.
    """
    from nbconvert import HTMLExporter
    from plotly.offline import get_plotlyjs

    exporter = HTMLExporter(
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        mathjax_url="",
        require_js_url="",
        jquery_url="",
        mermaid_js_url="",
    )
    page, _ = exporter.from_notebook_node(
        execute_notebook(path, database), {"metadata": {"name": path.stem}}
    )
    page = re.sub(LINKED_SCRIPT, "", page).replace("</head>", f"{HEAD}</head>", 1)
    page = page.replace(f"<script>{get_plotlyjs()}</script>", plotly_scripts())
    written = site / f"{path.stem}.html"
    write_page(written, page)
    return written


def _needs_of(cell: dict) -> list[str]:
    tags = cell["metadata"].get("tags", [])
    return [tag.removeprefix("needs ") for tag in tags if tag.startswith("needs ")]
