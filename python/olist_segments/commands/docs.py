"""``olist-segments docs``: dbt's docs as one page that opens from disk."""

import argparse
import re
import sys

from olist_segments.commands.common import add_target
from olist_segments.project import find_built, project_root, run_dbt, write_page
from olist_segments.shop import site_folder

HELP = "Write the dbt docs as one file, site/index.html."


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Let dbt write its docs, and finish the page."""
    root = project_root()
    target, database = find_built(root, options.target)
    artifacts = root / "target"  # whatever DBT_TARGET_PATH names
    print("Writing the docs ...", flush=True)
    colours = "--use-colors" if sys.stdout.isatty() else "--no-use-colors"
    words = ["--quiet", colours, "docs", "generate", "--static"]
    run_dbt(root, [*words, "--target-path", str(artifacts), "--target", target])
    page = (artifacts / "static_index.html").read_text(encoding="utf-8")
    site = site_folder(root, database) / "index.html"
    write_page(site, finish_docs_page(page, title="olist_segments"))
    print(f"Open {site} in a browser.")
    return 0


def finish_docs_page(page: str, *, title: str) -> str:
    """Finish the page that dbt writes.

    Parameters
    ----------
    page : str
        The page that `dbt docs generate --static` writes.
    title : str
        Title of the page, instead of dbt's.

    Returns
    -------
    str
        The page without its usage tracker and without icons and images that it cannot
        find. It fits on narrow screens. Its lineage can be read as a whole, and leaves
        out tests until they are selected.

    Raises
    ------
    RuntimeError
        If the tracker is not found because dbt's page has changed.
    """
    tracker = "turn_on_tracking:function(){"
    if tracker not in page:
        raise RuntimeError("dbt's docs page has changed: its tracker was not found")
    page = page.replace(tracker, tracker + "return;")
    page = re.sub(r'<link rel="(?:shortcut )?icon"[^>]*>', "", page)
    # The browser asks for "{{ ... }}" before Angular fills it in.
    page = page.replace('xlink:href="{{', 'xlink:href="#" ng-href="{{')
    # The first list is what the lineage shows, the second what can be chosen.
    page = page.replace('"source","test","unit_test","analysis"', '"source"', 1)
    whole = "A.expanded=!0;var t=r.assign({},l.options)"
    page = page.replace(whole, whole.replace("options", "selection.clean"))
    for dbts, ours in _READABLE.items():
        page = page.replace(dbts, ours)
    head = f'<title>{title}</title><link rel="icon" href="data:,">{_NARROW}{_LINEAGE}'
    return page.replace("<title>dbt Docs</title>", head, 1)


# The whole lineage on one screen: names on several lines, larger and closer together,
# and lines that can be seen on dark blue.
_READABLE = {
    "#006f8a": "#8fd3e2",
    "rankSep:200,edgeSep:30,nodeSep:50": "rankSep:80,edgeSep:0,nodeSep:10",
    '"font-size":"24px",shape:"roundrectangle"': (
        '"font-size":"34px","text-wrap":"wrap",shape:"roundrectangle"'
    ),
    'content:"data(label)","font-weight":300,"font-family"': (
        'content:(node)=>node.data("label").match(/[^_. ]+[_. ]?/g).reduce('
        "(lines,word)=>(lines.at(-1)+word).length>14?[...lines,word]:"
        '[...lines.slice(0,-1),lines.at(-1)+word],[""]).join("\\n"),'
        '"font-weight":400,"font-family"'
    ),
}
# dbt's page is at least 960 pixels wide. On narrower screens, put its menu below.
_NARROW = """<style>
@media (max-width: 959px) {
  html body, html .app { min-width: 0; }
  html .app { flex-direction: column-reverse; }
  html .app > .app-content { flex: 1 1 auto; }
  html .app > .app-menu { min-width: 0; width: 100%; flex: 0 0 30%; }
  html .app-menu > .app-header { display: none; }
  html .app-pad, html .app-frame { padding-left: 10px; padding-right: 10px; }
  html .panel-body { overflow-x: auto; padding: 10px; }
  html .launcher { bottom: 32%; }
}
</style>"""
# dbt looks for a lineage in the address only when the page is loaded.
_LINEAGE = """<script>
addEventListener("click", (event) => {
  const link = event.target.closest('a[href*="g_v=1"]');
  if (!link) return;
  event.preventDefault();
  location.hash = link.hash;
  location.reload();
});
</script>"""
