"""Measure builds and what people do today, and write the page from the results.

Every finished run is appended to bench/results/SIZE.json at once, so that a bench that
was stopped continues where it was; runs of a new commit need --again. Runs of different
tasks alternate, so that a machine whose speed changes does not favour one of them.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
from olist_segments.project import dbt_process

from bench.page import render

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "dbt_project" / "docs" / "performance.md"
PACKAGES = ["dbt-core", "dbt-duckdb", "duckdb", "numpy", "pandas", "scikit-learn"]
# Days of the real and the demo data with about 200 orders each.
DAY, NEXT_DAY = "2018-08-14", "2018-08-15"
# How often each task runs, as a share of the runs of a size; 0 means once.
TASKS = {
    "real": {
        "build": 1,
        "before": 1,
        "next_day": 1,
        "bare": 1,
        "today": 1,
        "all_cores": 0,
        "sweep": 0,
    },
    "10x": {"build": 1, "next_day": 1, "bare": 1, "until_fit": 1},
    "100x": {"build": 1, "until_merge": 1},
}
ORDERS = {"10x": 1_000_000, "100x": 10_000_000}
KINDS = ["snapshot", "test", "unit_test"]
# Nodes whose time should grow in proportion to the customers.
PER_CUSTOMER = {
    "labels": ["int_segment_assignments"],
    "exact silhouettes of all k": ["int_candidate_assignments"],
    "profiles": ["segment_profile", "segments", "segment_comparison"],
}
SWEEP = [str(k) for k in range(2, 11)]


def main() -> None:
    """Run the missing runs, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, help="folder of the nine real files")
    parser.add_argument(
        "--scratch", type=Path, required=True, help="for data and builds"
    )
    parser.add_argument("--sizes", nargs="*", default=list(TASKS), choices=TASKS)
    parser.add_argument("--runs", type=int, nargs="*", default=[5, 3, 1])
    parser.add_argument("--tasks", nargs="*", help="only these of each size")
    parser.add_argument("--memory-limit", default="7GB", help="DuckDB's, for 10x, 100x")
    parser.add_argument("--before", help="commit to compare with on the real files")
    parser.add_argument("--again", action="store_true", help="drop earlier results")
    options = parser.parse_args()
    scratch = options.scratch.resolve()
    for size, runs in zip(options.sizes, options.runs, strict=False):
        bench(size, runs, scratch, options)
    PAGE.write_text(render(read_results()), encoding="utf-8")
    print(f"Wrote {PAGE}")


def read_results() -> dict[str, dict]:
    """Read the results of every size that was measured."""
    found = {size: RESULTS / f"{size}.json" for size in TASKS}
    return {
        size: json.loads(path.read_text(encoding="utf-8"))
        for size, path in found.items()
        if path.is_file()
    }


def write_results(path: Path, results: dict) -> None:
    """Write the results of a size, with one line for each run."""
    head = {name: value for name, value in results.items() if name != "runs"}
    lines = [json.dumps(run) for run in results["runs"]]
    text = json.dumps(head, indent=1).removesuffix("\n}")
    text += ',\n "runs": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def bench(size: str, runs: int, scratch: Path, options: argparse.Namespace) -> None:
    """Run the tasks of a size until each has enough results."""
    folder = options.real or Path()
    if size in ORDERS:
        folder = scratch / f"demo {size}"
        if not folder.is_dir():
            words = [
                "demo-data",
                "--orders",
                str(ORDERS[size]),
                "--folder",
                str(folder),
            ]
            subprocess.run([sys.executable, "-m", "olist_segments", *words], check=True)
    elif not options.real:
        print("no folder of real files was given: left out")
        return
    path = RESULTS / f"{size}.json"
    results = {"runs": []}
    if path.is_file() and not options.again:
        results = json.loads(path.read_text(encoding="utf-8"))
    results |= {
        "machine": machine(),
        "versions": {name: version(name) for name in PACKAGES},
        "memory_limit": options.memory_limit if size in ORDERS else "",
        "csv_bytes": sum(one.stat().st_size for one in folder.glob("*.csv")),
    }
    for number in range(runs):
        for task, share in TASKS[size].items():
            done = sum(run["task"] == task for run in results["runs"])
            wanted = runs if share else 1
            if (
                done > number
                or done >= wanted
                or (task == "before" and not options.before)
                or (options.tasks and task not in options.tasks)
            ):
                continue
            print(f"{size} {task}, run {done + 1} of {wanted} ...", flush=True)
            run = measure(task, size, folder.resolve(), scratch / "work", options)
            print(f"    {run['wall']:.1f} s, {run['peak_mb']:,} MB", flush=True)
            results["runs"].append({"task": task, **run})
            write_results(path, results)


def measure(
    task: str, size: str, folder: Path, work: Path, options: argparse.Namespace
) -> dict:
    """Run one task in an empty folder, and return its time and memory."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    script = [sys.executable, "-m", "bench.today", str(folder)]
    try:
        match task:
            case "build":
                return build(folder, work, size, options)
            case "before":
                return build_before(folder, work, size, options)
            case "next_day":
                build(folder, work, size, options, as_of=DAY)
                return build(folder, work, size, options, as_of=NEXT_DAY, parsed=True)
            case "bare":
                words = [str(folder), str(work / "bare.duckdb")]
                return timed([sys.executable, "-m", "bench.bare", *words])
            case "today":
                return timed(script)
            case "all_cores":
                return timed([*script, "--all-cores"])
            case "sweep":
                return timed([*script, "--ks", *SWEEP])
            case "until_fit":
                return timed([*script, "--until", "fit", "--ks", *SWEEP])
            case "until_merge":
                return timed([*script, "--until", "merge"])
    finally:
        shutil.rmtree(work, ignore_errors=True)
    raise ValueError(f"no task is called {task}")


def build(
    folder: Path,
    work: Path,
    size: str,
    options: argparse.Namespace,
    *,
    as_of: str = "",
    parsed: bool = False,
    root: Path = ROOT,
) -> dict:
    """Build as a shop does; add the times in dbt's artifacts.

    dbt parses everything, unless it has `parsed` the project before: on the next day
    the files are new, but not the project. (Only here the as-of date is another one.)
    """
    command = dbt_process(root, ["build", "--quiet"])["args"]
    command += ["--partial-parse" if parsed else "--no-partial-parse"]
    command += ["--target", "dev"]
    command += ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    if as_of:
        command += ["--vars", json.dumps({"as_of_date": as_of})]
    settings = {"OLIST_RAW_DIR": str(folder), "OLIST_DB": str(work / "bench.duckdb")}
    if size in ORDERS:
        settings["OLIST_MEMORY_LIMIT"] = options.memory_limit
    parse = ["parse" if word == "build" else word for word in command]
    if parsed:
        timed(parse, root=root, **settings)
    run = timed(command, root=root, **settings)
    if "failed" in run:
        return run
    run_results = json.loads((work / "target" / "run_results.json").read_text("utf-8"))
    # dbt records the time of parsing only for this command.
    timed(parse, root=root, **settings)
    parsing = json.loads((work / "target" / "perf_info.json").read_text("utf-8"))
    manifest = json.loads((work / "target" / "manifest.json").read_text("utf-8"))
    nodes = []
    for result in run_results["results"]:
        kind, _, name = result["unique_id"].split(".", 2)
        place = manifest["nodes"].get(result["unique_id"], {"fqn": []})["fqn"]
        nodes.append((kind, place, name, result["execution_time"]))
    spans = [
        (timing["started_at"], timing["completed_at"])
        for result in run_results["results"]
        if result["unique_id"].split(".")[0] in ("model", "snapshot")
        for timing in result["timing"]
        if timing["name"] == "execute"
    ]
    with duckdb.connect(str(work / "bench.duckdb"), read_only=True) as connection:
        ((customers,),) = connection.sql(
            "select count(*) from customer_segments"
        ).fetchall()
    return run | {
        "parse": round(parsing["load_all_elapsed"], 2),
        "nodes_elapsed": round(run_results["elapsed_time"], 2),
        "models_elapsed": covered(spans),
        "customers": customers,
        "database_mb": (work / "bench.duckdb").stat().st_size >> 20,
        **summed(nodes),
    }


def build_before(
    folder: Path, work: Path, size: str, options: argparse.Namespace
) -> dict:
    """Build with the project as it was at an earlier commit."""
    tree = work / "before"
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run(
        [*git, "add", "--quiet", "--detach", tree, options.before], check=True
    )
    try:
        return build(folder, work, size, options, root=tree)
    finally:
        subprocess.run([*git, "remove", "--force", tree], check=True)


def summed(nodes: list[tuple[str, list[str], str, float]]) -> dict:
    """Add up the seconds of nodes by what the page shows.

    Parameters
    ----------
    nodes : list of (kind, place, name, seconds)
        The place of a model is its fqn: the project, folders, and its name.

    Returns
    -------
    dict
        The number of nodes, and seconds: of models by layer, of other kinds, of the
        models of the fit, of the nodes whose cost per customer is shown, and of the
        slowest.
    """
    layers, kinds = defaultdict(float), defaultdict(float)
    for kind, place, _, seconds_ in nodes:
        if kind == "model":
            layers[place[1]] += seconds_
        elif kind in KINDS:
            kinds[kind] += seconds_
    fits = sum(one[3] for one in nodes if one[0] == "model" and "fit" in one[1])
    per_customer = {
        part: sum(one[3] for one in nodes if one[2] in names)
        for part, names in PER_CUSTOMER.items()
    }
    slowest = {one[2]: one[3] for one in sorted(nodes, key=lambda one: -one[3])[:12]}

    def rounded(values: dict[str, float]) -> dict[str, float]:
        return {name: round(value, 3) for name, value in values.items()}

    return {
        "node_count": len(nodes),
        "fits": round(fits, 3),
        "layers": rounded(layers),
        "kinds": rounded(kinds),
        "per_customer": rounded(per_customer),
        "slowest": rounded(slowest),
    }


def covered(spans: list[tuple[str, str]]) -> float:
    """Return the seconds in which at least one of the spans of time was running."""
    total, end = 0.0, 0.0
    for start, stop in sorted((seconds(one), seconds(other)) for one, other in spans):
        total += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return round(total, 2)


def seconds(moment: str) -> float:
    """Return a time in dbt's artifacts in seconds."""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def timed(command: list[str], *, root: Path = ROOT, **settings: str) -> dict:
    """Run a command; return seconds, CPU seconds, peak memory, and JSON it printed.

    The command cannot use more memory than the machine has, so that it ends in an error
    instead of ending other programs.
    """
    import resource  # which Windows lacks, where tests read this module all the same

    # Some machines set these for old builds of OpenBLAS; they slow a current numpy.
    slow = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    kept = {name: value for name, value in os.environ.items() if name not in slow}
    paths = os.pathsep.join([str(root / "python"), str(root)])
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))

    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=root,
        env={**kept, "PYTHONPATH": paths, **settings},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=limit,
    )
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    run = {
        "wall": round(time.perf_counter() - start, 2),
        "cpu": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": usage.ru_maxrss >> 10,
    }
    if process.returncode:
        print(printed[-2000:])
        return run | {"failed": process.returncode}
    answer = printed.strip().splitlines()[-1:]
    return run | (json.loads(answer[0]) if answer and answer[0][:1] == "{" else {})


def machine() -> dict:
    """Describe the machine, without its name."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    named = [line for line in text.splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": named[0].split(":")[1].strip() if named else "unknown",
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
        "system": platform.system(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    main()
