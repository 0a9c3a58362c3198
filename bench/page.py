"""The page on performance, from the results of `make bench`."""

from collections import defaultdict
from statistics import median

NAMES = {
    "build": "dbt build, from nothing, with all tests",
    "before": "the same at an earlier commit, with fewer tests",
    "next_day": "dbt build after one more day, model kept",
    "bare": "bare DuckDB script and KMeans for k = 2 to 10",
    "today": "pandas, KMeans and Euclidean silhouette for one k",
    "all_cores": "the same, silhouette on all cores",
    "sweep": "the same for k = 2 to 10",
    "until_fit": "pandas and KMeans for k = 2 to 10, no silhouette",
    "until_merge": "pandas, merge only",
}
LINEAR = {
    "labels": ["int_segment_assignments"],
    "exact silhouettes of all k": ["int_candidate_assignments"],
    "profiles": ["segment_profile", "segments", "segment_comparison"],
}
LAYERS = ["staging", "intermediate", "quality", "marts", "segmentation", "profiles"]
TRIED = """\
## On another processor

scikit-learn's silhouette makes most of today's script, and depends on the processor more than a
build does. On two cores of an Intel Xeon with 24 GiB the silhouette of one k took 69 s, the script
71.9 s (609.7 s for nine k, once), the bare script 12.3 s, and a build 25.3 s (medians of five). That
build was before the last changes below: those of tables, of collections, of threads in refits, and
of the pairs of the silhouette. On the processor of the tables above, nine k and the earlier commit
were run within two hours of the builds, not in turn with them.

## What was tried

Seconds of CPU on the real files, one side after the other on a busy machine; of the second
line, seconds of its node in two builds.

| change | before | after |
| --- | --- | --- |
| squared distances as products, not `power(..., 2)`: nine million pairs | 0.55 | 0.05 |
| distances of a customer as columns, neither joined nor grouped | 5.6 | 1.4 |
| nearest of ten centroids to all customers: least of long rows, not of short ones | 0.022 | 0.007 |
| Euclidean silhouette of nine k: pairs of the sample compared once, not once per k | 1.8 | 0.9 |
| agreement of two clusterings: a table of counts instead of sorted labels | 0.012 | 0.0004 |
| refits with one thread of OpenMP each: what limits it holds for the asking thread only, so that two fits on two cores had two each (3.6 and 3.1 s on the clock) | 6.2 | 5.3 |

Seconds of nodes in two builds of a million orders, one after the other:

| change | before | after |
| --- | --- | --- |
| `segments`: sums per segment as columns first, not a long row per customer and feature | 2.5 | 0.3 |
| `segment_comparison`: customers alike in all segmentations added up first; the stacked table it read is gone | 5.9 | 2.0 |
| `reconciliation`: each file's measures together, one lookup of its orders | 5.1 | 3.1 |

Seconds of whole builds of the real files in turn, medians of three, the second line with the first:

| change | before | after |
| --- | --- | --- |
| row groups of 20,480 rows instead of 122,880: DuckDB reads a row group with one thread | 27.1 | 25.0 |
| dbt's log file without the SQL (`log_level_file: info`) | 25.4 | 24.5 |

Row groups of 10,240 and of 40,960 rows gained less (24.2 and 24.6 s, where 20,480 took 23.7 and
122,880 26.2). They cost space: a database of 262 MB instead of 182 MB then; with ten million
orders, 21 GB instead of 15 GB, and the build took as long as before.

`percentile_cont` holds all values in memory: with a million orders and a limit of 800 MB it failed
in two models, with ten million and 8 GB in `segment_profile`. Quantiles of counted values take 5.7 s
instead of 4.5 s for the query of the latter, but 1.1 GB instead of 3.3 GB, and pass with a limit
of 1 GB. So `segment_profile` is no faster than it was (4.3 s after 4.5 s, a million orders).

These did not help, or not enough, and were left out:

- Refits that stop at scikit-learn's default tolerance, not when nothing changes: 4.6 instead of
  5.9 CPU seconds, but other answers. The lowest adjusted Rand index of k = 8 falls from 0.957
  to 0.776, that of k = 5 from 0.983 to 0.967.
- Elkan's algorithm instead of Lloyd's: the same centroids, but with few features its
  bounds cost more than they save (0.050 s against 0.026 s for k = 10 on half of the customers).
- A sum per cluster as columns in the Euclidean silhouette: 4.5 s against 2.5 s grouped by
  customer and cluster.
- Keeping CTEs that are read twice, DuckDB's default: 5.3 s against 4.5 s for those columns.
- Writing what the log holds at the end only (`checkpoint_threshold`), not where it reaches
  16 MB: the last node ends 2 s sooner, the command does not (31.4 and 31.6 s, beside a sweep).
- Texts without FSST compression: writing ten of the tables out takes 0.56 s instead of 1.05 s,
  but they take 148 MB instead of 68 MB.
- dbt with 2, 3, 4 or 6 threads on two cores: 24.6, 23.9, 24.4 and 24.5 s.
- Python without its garbage collector: 23.2 s instead of 24.3 s, and a quarter more memory.
  Only keeping what dbt has parsed out of its way (`gc.freeze`): 24.5 s instead of 24.3 s.
- The same collector, run after every 10,000 new objects instead of 700: 1.7 s of a build instead
  of 2.6 s. It is a setting of the whole process, which a plugin should leave alone.
- A `table` materialization of the project's own, which creates a table that is not there yet under
  its final name: 25.4 s instead of 26.8 s. People expect dbt-duckdb's, so it went.
- Shorter turns for dbt's threads (`sys.setswitchinterval`): 25.1 s instead of 25.4 s, which
  is within what two builds differ by.
- Fewer starts of refits, or a smaller sample for them: 4.7 and 5.1 instead of 5.9 CPU seconds
  with three starts instead of five, or half of the sample, but other answers again: a lowest
  adjusted Rand index of 0.607 instead of 0.967 for k = 6, or of 0.110 instead of 0.640 for k = 3.
- Refits in single precision: 3.8 s instead of 3.7 s.
- More fits side by side than processors: refits take 3.1 s with 2, 3 or 4 of them.

Not tried, as Python models rely on ordered reads: `preserve_insertion_order = false`. Not
possible: sharing dbt's parse between databases or variables, which it drops with either.
"""


def render(results: dict[str, dict]) -> str:
    """Write the page.

    Parameters
    ----------
    results : dict of str to dict
        What `bench.run` has stored, by size: real, 10x, 100x.

    Returns
    -------
    str
        Markdown.
    """
    parts = [_head(results)]
    parts.append(_goals(results))
    if "real" in results:
        parts += [_real(results["real"]), _shares(results["real"])]
    parts += [_growth(results), _linear(results), TRIED]
    text = "\n".join(part for part in parts if part)
    return f"{{% docs performance %}}\n\n{text}\n{{% enddocs %}}\n"


def _head(results: dict[str, dict]) -> str:
    lines = [
        "# Performance",
        "",
        "Written by `make bench`: a figure is the median of as many runs as the table",
        "says. Only the last two sections are notes, of trials that were made once. A",
        "build has no parse cache of dbt, no database either unless it follows another,",
        "and runs all tests. Peak memory is the resident set of the process: Python and",
        "what DuckDB takes beside its memory limit are in it. 10x and 100x are synthetic:",
        "a million and ten million orders.",
        "",
    ]
    for size, result in results.items():
        machine, versions = result["machine"], result["versions"]
        lines.append(
            f"- {size}: {machine['processor']}, {machine['cores']} cores, "
            f"{machine['memory_gib']} GiB, {machine['system']}, Python "
            f"{machine['python']}, "
            + ", ".join(f"{name} {number}" for name, number in versions.items())
            + (
                f"; DuckDB's memory limit {result['memory_limit']}"
                if result["memory_limit"]
                else ""
            )
        )
    return "\n".join([*lines, ""])


def _goals(results: dict[str, dict]) -> str:
    def wall(size: str, task: str) -> float:
        return _median(results.get(size, {"runs": []}), task, "wall")

    real, tenfold = wall("real", "build"), wall("10x", "build")
    work = _median(results.get("real", {"runs": []}), "build", "models_elapsed")
    memory = _median(results.get("100x", {"runs": []}), "build", "peak_mb")
    goals = [
        ("a build, in times of today's script for one k", 1 / 3, real, "real", "today"),
        ("the same for nine k", 1 / 25, real, "real", "sweep"),
        ("its models, in times of the bare script", 2.5, work, "real", "bare"),
        ("a build of 10x, in times of the real files", 4, tenfold, "real", "build"),
        ("a build of 100x, in times of 10x", 10, wall("100x", "build"), "10x", "build"),
    ]
    lines = [
        "## Goals",
        "",
        "| | at most | measured | |",
        "| --- | --- | --- | --- |",
    ]
    found = [
        (name, most, value / wall(size, task))
        for name, most, value, size, task in goals
        if value and wall(size, task)
    ]
    if memory:
        found.append(("peak of 100x, GB", 10, memory / 1000))
    lines += [
        f"| {name} | {most:.3g} | {value:.2g} | {'met' if value <= most else 'missed'} |"
        for name, most, value in found
    ]
    return "\n".join([*lines, ""])


def _real(result: dict) -> str:
    lines = [
        "## Beside what people do today, on the real files",
        "",
        "| | runs | seconds | CPU seconds | peak MB | times a build |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    build = _median(result, "build", "wall")
    for task, name in NAMES.items():
        if wall := _median(result, task, "wall"):
            lines.append(
                f"| {name} | {len(_runs(result, task))} | {wall:.1f} | "
                f"{_median(result, task, 'cpu'):.1f} | "
                f"{_median(result, task, 'peak_mb'):,.0f} | {wall / build:.2f} |"
            )
    work = _median(result, "build", "models_elapsed")
    added = _seconds(
        result, "build", lambda node: node["kind"] in ("model", "snapshot")
    )
    bare = _median(result, "bare", "wall")
    lines += [
        "",
        "Today's script (`bench/today.py`) reads five files, merges them, scales six",
        "features of the same customers, and runs scikit-learn's KMeans with ten starts",
        "and its `silhouette_score` over all of them. KMeans uses all cores, the",
        "silhouette one, as by default. A build scores all of k = 2 to 10 for everybody",
        "by squared distances, where a mean stands for its members, and by Euclidean ones",
        "for a sample; it checks each k by ten refits, and tests every table.",
        "",
    ]
    if work and bare:
        lines += [
            f"Models were running for {work:.1f} s of a build, {work / bare:.2f} times",
            f"the {bare:.1f} s of the bare script (`bench/bare.py`). Added up, up to four",
            f"of them side by side on two cores, their times are {added:.1f} s.",
            "",
        ]
    if day := _median(result, "next_day", "wall"):
        saved = build - day
        fits = _seconds(result, "build", lambda node: node["is_fit"])
        lines += [
            f"A build after one more day takes {day:.1f} s, {saved:.1f} s less than one",
            f"that fits; the models of the fit took {fits:.1f} s in it. The rest is read,",
            "joined and tested anew: a late review or delivery may change any order.",
            "",
        ]
    return "\n".join(lines)


def _shares(result: dict) -> str:
    tasks = [task for task in ("before", "build", "next_day") if _runs(result, task)]
    lines = [
        "## Where the time goes",
        "",
        "Seconds, real files. Nodes run side by side, so that theirs add up to more than",
        "the build takes.",
        "",
        "| | " + " | ".join(NAMES[task] for task in tasks) + " |",
        "| --- |" + " --- |" * len(tasks),
    ]

    def row(name: str, value) -> None:
        lines.append(
            f"| {name} | " + " | ".join(f"{value(t):.1f}" for t in tasks) + " |"
        )

    row("whole command", lambda task: _median(result, task, "wall"))
    row(
        "start of Python and dbt, writing of artifacts",
        lambda task: _rest(result, task),
    )
    row("parsing", lambda task: _median(result, task, "parse"))
    row(
        "nodes, from the first to the last",
        lambda t: _median(result, t, "nodes_elapsed"),
    )
    for layer in LAYERS:
        row(
            f"nodes of models, {layer}",
            lambda task, layer=layer: _seconds(
                result,
                task,
                lambda node: node["kind"] == "model" and node["layer"] == layer,
            ),
        )
    for kind in ("snapshot", "test", "unit_test"):
        row(
            f"nodes of kind {kind}",
            lambda task, kind=kind: _seconds(
                result, task, lambda node: node["kind"] == kind
            ),
        )
    slowest = defaultdict(list)
    for run in _runs(result, "build"):
        for node in run["nodes"]:
            slowest[node["node"]].append(node["seconds"])
    top = sorted(slowest.items(), key=lambda item: -median(item[1]))[:8]
    lines += [
        "",
        "The slowest nodes: "
        + ", ".join(f"`{name.split('.')[-1]}` {median(s):.1f}" for name, s in top)
        + ".",
        "",
    ]
    if bare := _median(result, "bare", "wall"):
        start = _rest(result, "build") + _median(result, "build", "parse")
        nodes = len(_runs(result, "build")[0]["nodes"])
        lines += [
            f"dbt itself, before the first node and after the last, takes {start:.1f} s on",
            f"one core, and the bare script {bare:.1f} s. What is left of a build are tests,",
            f"and what dbt does for each of {nodes} nodes.",
            "",
        ]
    return "\n".join(lines)


def _growth(results: dict[str, dict]) -> str:
    lines = [
        "## Growth",
        "",
        "| | customers | CSV | task | runs | seconds | times a size smaller |"
        " peak MB | database MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    before = {}
    for size, result in results.items():
        for task, name in NAMES.items():
            runs = _runs(result, task)
            failed = [run for run in result["runs"] if run["task"] == task] and not runs
            if failed and task != "before":
                lines.append(
                    f"| {size} | | {_gb(result)} | {name} | | out of memory | | | |"
                )
            if not runs or task in ("before", "today", "all_cores", "sweep"):
                continue
            wall = _median(result, task, "wall")
            times = f"{wall / before[task]:.1f}" if task in before else ""
            before[task] = wall
            database = _median(result, task, "database_mb")
            lines.append(
                f"| {size} | {_customers(result, task):,} | {_gb(result)} | {name} | "
                f"{len(runs)} | {wall:.1f} | {times} | "
                f"{_median(result, task, 'peak_mb'):,.0f} | "
                f"{f'{database:,.0f}' if database else ''} |"
            )
    today = [
        run["seconds"]["silhouette"]
        for run in _runs(results.get("real", {"runs": []}), "today")
    ]
    if today:
        lines += [
            "",
            f"The Euclidean silhouette of one k, {median(today):.0f} s here, compares all",
            "pairs: at ten times the customers it takes a hundred times as long,",
            f"{median(today) * 100 / 3600:.1f} hours. That is computed, not measured.",
        ]
    return "\n".join([*lines, ""])


def _linear(results: dict[str, dict]) -> str:
    lines = [
        "## Cost per customer",
        "",
        "Microseconds per customer with a segment, from the times of nodes.",
        "",
        "| | " + " | ".join(results) + " |",
        "| --- |" + " --- |" * len(results),
    ]
    for name, nodes in LINEAR.items():
        found = [
            _seconds(result, "build", lambda node, names=nodes: node["node"] in names)
            / _customers(result, "build")
            * 1e6
            for result in results.values()
        ]
        lines.append(f"| {name} | " + " | ".join(f"{one:.1f}" for one in found) + " |")
    return "\n".join([*lines, ""])


def _runs(result: dict, task: str) -> list[dict]:
    return [
        run for run in result["runs"] if run["task"] == task and "failed" not in run
    ]


def _median(result: dict, task: str, value: str) -> float:
    found = [run[value] for run in _runs(result, task) if value in run]
    return median(found) if found else 0.0


def _seconds(result: dict, task: str, wanted) -> float:
    sums = [
        sum(node["seconds"] for node in run["nodes"] if wanted(node))
        for run in _runs(result, task)
    ]
    return median(sums) if sums else 0.0


def _rest(result: dict, task: str) -> float:
    return median(
        run["wall"] - run["parse"] - run["nodes_elapsed"] for run in _runs(result, task)
    )


def _customers(result: dict, task: str) -> int:
    return int(_median(result, task, "customers"))


def _gb(result: dict) -> str:
    return f"{result['csv_bytes'] / 1e9:.2f} GB"
