"""Run the notebooks on a built database, and export them as pages."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

# Scripts for formulas and diagrams, of which the notebooks have none.
LINKED_SCRIPT = r'<script[^>]* src="(?:https?:[^"]*)?"[^>]*>\s*</script>'


def execute_notebook(path: Path, database: Path) -> nbformat.NotebookNode:
    """Run a notebook from top to bottom.

    Parameters
    ----------
    path : Path
        The notebook; it is not changed.
    database : Path
        The built database that it reads.

    Returns
    -------
    NotebookNode
        The notebook with its outputs.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    # The renderer writes plotly's script into the page rather than a link to it.
    settings = {"OLIST_DB": str(database.resolve()), "PLOTLY_RENDERER": "notebook"}
    client.execute(env={**os.environ, **settings})
    return notebook


def export_notebooks(root: Path, database: Path) -> Iterator[Path]:
    """Run every notebook and write it to site/ as a page.

    Parameters
    ----------
    root : Path
        The folder of the project.
    database : Path
        The built database that they read.

    Yields
    ------
    Path
        The page, which opens without a network.
    """
    exporter = HTMLExporter(
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        mathjax_url="",
        require_js_url="",
        jquery_url="",
        mermaid_js_url="",
    )
    site = root / "site"
    site.mkdir(exist_ok=True)
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        page, _ = exporter.from_notebook_node(
            execute_notebook(path, database), {"metadata": {"name": path.stem}}
        )
        written = site / f"{path.stem}.html"
        written.write_text(re.sub(LINKED_SCRIPT, "", page), encoding="utf-8")
        yield written
