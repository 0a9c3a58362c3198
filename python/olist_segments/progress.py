"""Say in a few lines how far a build is, from the log that dbt writes as JSON."""

import json
import time
from collections.abc import Iterable
from typing import TextIO

LOG_AS_JSON = ["--log-format", "json", "--log-format-file", "debug"]


def show_progress(lines: Iterable[str], out: TextIO) -> None:
    """Print one line per layer as it begins, and what goes wrong in dbt's words.

    On a terminal the line of the moment is overwritten instead. Warnings, errors and
    what macros say are printed as they come, and dbt's own account of them at the
    end.

    Parameters
    ----------
    lines : iterable of str
        What dbt prints when it is run with `LOG_AS_JSON`. Lines that are no JSON
        are printed as they are.
    out : TextIO
        Where to print.
    """
    began = time.monotonic()
    layers, account = set(), []
    done = total = 0
    is_over = is_clean = False

    def so_far() -> str:
        return f"{time.monotonic() - began:4.0f} s {done:4} of {total} done"

    _say(f"{'':4}   dbt reads the project ...", out, stays=not out.isatty())
    for line in lines:
        try:
            event = json.loads(line)
            name, level = event["info"]["name"], event["info"]["level"]
            message, data = event["info"]["msg"], event["data"]
        except (ValueError, TypeError, KeyError):
            _say(line.rstrip("\n"), out)
            continue
        node = data.get("node_info", {})
        if name == "FinishedRunningStats":
            is_over = True
        elif is_over:
            account.append(message)
            if name == "StatsLine":
                is_clean = data["stats"]["error"] == data["stats"]["warn"] == 0
        elif level in ("warn", "error") or name == "JinjaLogInfo":
            _say(message, out)
        elif name == "LogStartLine" and node["resource_type"] == "model":
            total = data["total"]
            layer = node["node_path"].split("/")[0]
            if out.isatty():
                _say(f"{so_far()}: {layer}, {node['node_name']}", out, stays=False)
            elif layer not in layers:
                _say(f"{so_far()}: {layer}", out)
            layers.add(layer)
        if name.startswith("Log") and name.endswith("Result") and node:
            done += 1
    if account:
        _say(so_far() if is_clean else "\n".join(account), out)


def _say(text: str, out: TextIO, *, stays: bool = True) -> None:
    if out.isatty():
        text = "\r\033[K" + (text if stays else text[:78])
    out.write(text + "\n" * stays)
    out.flush()
