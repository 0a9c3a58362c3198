"""Tables in Markdown, for pages that dbt reads and the docs show."""

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table.

    Parameters
    ----------
    header : sequence of str
    rows : iterable of sequence
        As many cells as the header has; text from the data is `escaped` before.

    Returns
    -------
    str
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def escaped(text: str) -> str:
    """Escape a text from the data, so that a page shows it unchanged.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        On one line, with character references for what Markdown, HTML or Jinja, in
        which dbt reads its docs, could take for more than text.
    """
    line = " ".join(text.split())
    return re.sub(
        r"[^\w\s.,:;()%/+'-]|:(?=/)|(?<=www)\.",
        lambda found: f"&#{ord(found[0])};",
        line,
    )
