"""The page on performance, from the results of `make bench` and bench/page.md."""

from pathlib import Path
from statistics import median

import jinja2

TEMPLATE = Path(__file__).with_name("page.md")
NAMES = {
    "build": "dbt build, from nothing, with its tests",
    "before": "the same at an earlier commit, with unit tests",
    "next_day": "dbt build after one more day, model kept",
    "bare": "bare DuckDB script and KMeans for k = 2 to 10",
    "today": "pandas, KMeans and Euclidean silhouette for one k",
    "all_cores": "the same, silhouette on all cores",
    "sweep": "the same for k = 2 to 10",
    "until_fit": "pandas and KMeans for k = 2 to 10, no silhouette",
    "until_merge": "pandas, merge only",
}
LAYERS = ["staging", "intermediate", "quality", "marts", "segmentation", "profiles"]


def render(results: dict[str, dict]) -> str:
    """Write the page.

    Parameters
    ----------
    results : dict of str to dict
        The stored results of `bench.run`, by size: real, 10x, 100x.

    Returns
    -------
    str
        Markdown.
    """
    environment = jinja2.Environment(
        trim_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    text = environment.from_string(TEMPLATE.read_text("utf-8")).render(
        machines="\n".join(_machine(*one) for one in results.items()),
        goals=_goals(results),
        real=_real(results["real"]) if "real" in results else None,
        growth=_growth(results),
        silhouette=_median(
            results.get("real", {"runs": []}), "today", "seconds", "silhouette"
        ),
        per_customer=_per_customer(results),
    )
    return f"{{% docs performance %}}\n\n{text}\n{{% enddocs %}}\n"


def _machine(size: str, result: dict) -> str:
    machine, versions = result["machine"], result["versions"]
    parts = [machine["processor"], f"{machine['cores']} cores"]
    parts += [f"{machine['memory_gib']} GiB", machine["system"]]
    parts += [f"Python {machine['python']}"]
    parts += [f"{name} {number}" for name, number in versions.items()]
    limit = result["memory_limit"]
    return f"- {size}: {', '.join(parts)}" + (
        f"; DuckDB's memory limit {limit}" if limit else ""
    )


def _goals(results: dict[str, dict]) -> str:
    def wall(size: str, task: str) -> float:
        return _median(results.get(size, {"runs": []}), task, "wall")

    real, tenfold = wall("real", "build"), wall("10x", "build")
    next_day = wall("real", "next_day")
    work = _median(results.get("real", {"runs": []}), "build", "models_elapsed")
    memory = _median(results.get("100x", {"runs": []}), "build", "peak_mb")
    goals = [
        ("a build / today's script for one k", 1 / 3, real, "real", "today"),
        ("a build / today's script for nine k", 1 / 25, real, "real", "sweep"),
        ("models of a build / the bare script", 2.5, work, "real", "bare"),
        ("a build after one more day / one that fits", 0.6, next_day, "real", "build"),
        ("a build of 10x / of the real files", 3, tenfold, "real", "build"),
        ("a build of 100x / of 10x", 9, wall("100x", "build"), "10x", "build"),
    ]
    found = [
        (name, most, value / wall(size, task))
        for name, most, value, size, task in goals
        if value and wall(size, task)
    ]
    if memory:
        found.append(("peak memory of 100x, GB", 10, memory / 1000))
    return _table(
        ["", "at most", "measured", ""],
        [
            [name, f"{most:.3g}", f"{value:.2g}", "met" if value <= most else "missed"]
            for name, most, value in found
        ],
    )


def _real(result: dict) -> dict[str, object]:
    build = _median(result, "build", "wall")
    beside = [
        [
            name,
            str(len(_runs(result, task))),
            f"{wall:.1f}",
            f"{_median(result, task, 'cpu'):.1f}",
            f"{_median(result, task, 'peak_mb'):,.0f}",
            f"{wall / build:.2f}",
        ]
        for task, name in NAMES.items()
        if (wall := _median(result, task, "wall"))
    ]
    columns = ["", "runs", "seconds", "CPU seconds", "peak MB", "relative to a build"]
    builds = _runs(result, "build")
    return {
        "beside": _table(columns, beside),
        "build": build,
        "bare": _median(result, "bare", "wall"),
        "next_day": _median(result, "next_day", "wall"),
        "work": _median(result, "build", "models_elapsed"),
        "added": median(
            sum(run["layers"].values()) + run["kinds"].get("snapshot", 0)
            for run in builds
        ),
        "fits": _median(result, "build", "fits"),
        "dbt": _rest(result, "build") + _median(result, "build", "parse"),
        "node_count": builds[0]["node_count"],
        "shares": _shares(result),
        "slowest": _slowest(builds),
    }


def _shares(result: dict) -> str:
    tasks = [task for task in ("before", "build", "next_day") if _runs(result, task)]
    rows = {
        "whole command": [_median(result, task, "wall") for task in tasks],
        "start of Python and dbt, writing artifacts": [
            _rest(result, task) for task in tasks
        ],
        "parsing": [_median(result, task, "parse") for task in tasks],
        "nodes, from the first to the last": [
            _median(result, task, "nodes_elapsed") for task in tasks
        ],
    }
    for group, names, text in (
        ("layers", LAYERS, "nodes of models, {}"),
        ("kinds", ("snapshot", "test", "unit_test"), "nodes of kind {}"),
    ):
        for name in names:
            values = [_median(result, task, group, name) for task in tasks]
            if any(values):  # a layer may be newer than the results
                rows[text.format(name)] = values
    return _table(
        ["", *(NAMES[task] for task in tasks)],
        [[name, *(f"{one:.1f}" for one in values)] for name, values in rows.items()],
    )


def _slowest(builds: list[dict]) -> str:
    seconds = {
        name: median(run["slowest"].get(name, 0) for run in builds)
        for name in builds[0]["slowest"]
    }
    top = sorted(seconds, key=seconds.get, reverse=True)[:8]
    return ", ".join(f"`{name.split('.')[-1]}` {seconds[name]:.1f}" for name in top)


def _growth(results: dict[str, dict]) -> str:
    rows, smaller = [], {}
    for size, result in results.items():
        csv = f"{result['csv_bytes'] / 1e9:.2f} GB"
        for task, name in NAMES.items():
            runs = _runs(result, task)
            was_tried = any(run["task"] == task for run in result["runs"])
            if was_tried and not runs and task != "before":
                rows.append([size, "", csv, name, "", "out of memory", "", "", ""])
            if not runs or task in ("before", "today", "all_cores", "sweep"):
                continue
            wall = _median(result, task, "wall")
            database = _median(result, task, "database_mb")
            rows.append(
                [
                    size,
                    f"{_customers(result, task):,}",
                    csv,
                    name,
                    str(len(runs)),
                    f"{wall:.1f}",
                    f"{wall / smaller[task]:.1f}" if task in smaller else "",
                    f"{_median(result, task, 'peak_mb'):,.0f}",
                    f"{database:,.0f}" if database else "",
                ]
            )
            smaller[task] = wall
    columns = ["", "customers", "CSV", "task", "runs", "seconds"]
    return _table(
        [*columns, "relative to the size before", "peak MB", "database MB"], rows
    )


def _per_customer(results: dict[str, dict]) -> str:
    parts = dict.fromkeys(
        part
        for result in results.values()
        for run in _runs(result, "build")
        for part in run["per_customer"]
    )

    def microseconds(result: dict, part: str) -> float:
        seconds = _median(result, "build", "per_customer", part)
        return seconds / _customers(result, "build") * 1e6

    rows = [
        [part, *(f"{microseconds(one, part):.1f}" for one in results.values())]
        for part in parts
    ]
    return _table(["", *results], rows)


def _table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines).replace("|  |", "| |")


def _runs(result: dict, task: str) -> list[dict]:
    return [
        run for run in result["runs"] if run["task"] == task and "failed" not in run
    ]


def _median(result: dict, task: str, *names: str) -> float:
    """Return the median of a figure of all runs of a task; 0 if none has it."""
    found = []
    for run in _runs(result, task):
        value = run
        for name in names:
            value = value.get(name, {})
        if value != {}:
            found.append(value)
    return median(found) if found else 0.0


def _rest(result: dict, task: str) -> float:
    return median(
        run["wall"] - run["parse"] - run["nodes_elapsed"] for run in _runs(result, task)
    )


def _customers(result: dict, task: str) -> int:
    return int(_median(result, task, "customers"))
