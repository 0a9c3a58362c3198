"""Run the notebooks on a built database, and export them as pages."""

import os
import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

from olist_segments.study.studies import StudyError

# Scripts for formulas and diagrams, of which the notebooks have none.
LINKED_SCRIPT = r'<script[^>]* src="(?:https?:[^"]*)?"[^>]*>\s*</script>'

# Lines short enough to read, and no icon to ask for.
HEAD = """<link rel="icon" href="data:,">
<style>body.jp-Notebook { max-width: 68rem; margin: auto; }</style>
"""


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
    StudyError
        If it shows a study that the database has not.
    nbclient.exceptions.CellExecutionError
        If a cell fails for another reason.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        # It would warn that other users of this machine could listen in.
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    # The renderer writes plotly's script into the page rather than a link to it.
    settings = {"OLIST_DB": str(database.resolve()), "PLOTLY_RENDERER": "notebook"}
    try:
        client.execute(env={**os.environ, **settings})
    except CellExecutionError as error:
        if error.ename == StudyError.__name__:
            raise StudyError(error.evalue) from error
        raise
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
    StudyError, nbclient.exceptions.CellExecutionError
        As in `execute_notebook`.
    """
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
    site.mkdir(exist_ok=True)
    written = site / f"{path.stem}.html"
    written.write_text(page, encoding="utf-8")
    return written
