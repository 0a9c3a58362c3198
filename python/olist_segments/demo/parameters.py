"""Load the aggregates of the real data that the generator draws from."""

import json
from importlib import resources


def load_parameters() -> dict:
    """Return the aggregates of the real data that the generator draws from.

    Returns
    -------
    dict
        The content of ``parameters.json``.
    """
    source = resources.files("olist_segments.demo").joinpath("parameters.json")
    return json.loads(source.read_text(encoding="utf-8"))
