"""Measure builds on Spark and DuckDB, and compare MLlib's KMeans with the fits.

``python -m bench.spark FOLDER`` builds the nine files in FOLDER with
both engines, one after the other, and prints the tables of dbt_project/docs/spark.md.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from olist_segments.project import project_root
from olist_segments.spark.parity import compare, render

SEEDS = (42, 1, 2, 3, 4)
COLUMNS = ("engine", "seconds", "CPU seconds", "peak memory in MB")


def main(folder: Path) -> None:
    """Build, compare and print.

    Parameters
    ----------
    folder : Path
        The folder of the nine files.
    """
    root = project_root()
    no_tests = ["--exclude-resource-type", "test"]
    no_tests += ["--exclude-resource-type", "unit_test"]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        rows = []
        for engine, target, built in (
            ("DuckDB", "dev", work / "built.duckdb"),
            ("Spark", "spark", work / "built.spark"),
        ):
            words = ["build", "--target", target, "--", *no_tests]
            words += ["--target-path", str(work / f"target_{target}")]
            rows.append((engine, *measure(root, words, folder, built)))
        print(markdown(COLUMNS, rows))
        print(render(compare(root, work / "built.duckdb", work / "built.spark")))
        print(markdown(*fits(work / "built.spark")))


def measure(
    root: Path, words: list[str], folder: Path, built: Path
) -> tuple[float, float, float]:
    """Run one command of olist-segments and watch its processes.

    Parameters
    ----------
    root : Path
        The folder to run it in.
    words : list of str
        Its arguments.
    folder, built : Path
        The folder of the raw files, and the database or folder to build.

    Returns
    -------
    tuple of float
        Seconds, seconds of CPU time, and the most memory of the process and its
        descendants at a time in MB, shared pages counted once.
    """
    environment = {
        **os.environ,
        "OLIST_RAW_DIR": str(folder.resolve()),
        "OLIST_DB": str(built),
    }
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "olist_segments", *words],
        cwd=root,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    peak, used = 0.0, {}
    while process.poll() is None:
        memory = 0.0
        for pid in _tree(process.pid):
            try:
                stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
                stat = stat.rsplit(")", 1)[1].split()
                pages = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
            except OSError:
                continue
            used[pid] = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
            memory += int(re.search(r"Pss: +(\d+)", pages)[1]) * 1024 / 1e6
        peak = max(peak, memory)
        time.sleep(0.2)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} failed: run it to see why")
    return time.perf_counter() - start, sum(used.values()), peak


def fits(built: Path) -> tuple[tuple[str, ...], list[tuple]]:
    """Fit MLlib's KMeans on the scaled features, and compare it with the models' fits.

    Parameters
    ----------
    built : Path
        The folder of a build on Spark.

    Returns
    -------
    tuple of (names of columns, rows)
        One row per k: inertia and exact silhouette of both, MLlib's with the first
        seed, the excess inertia of all seeds, and the time of one fit. MLlib's
        ClusteringEvaluator computes the same silhouette as the SQL.
    """
    from olist_segments.spark.session import open_session
    from pyspark.ml.clustering import KMeans
    from pyspark.ml.evaluation import ClusteringEvaluator
    from pyspark.ml.feature import VectorAssembler

    session = open_session(built)
    points = session.table("intermediate.int_fit_features")
    names = [name for name in points.columns if name != "customer_unique_id"]
    vectors = VectorAssembler(inputCols=names, outputCol="features").transform(points)
    vectors = vectors.select("features").cache()
    vectors.count()
    ours = session.sql(
        "select k, inertia, silhouette from main.segment_k_candidates order by k"
    ).collect()
    rows = []
    for k, inertia, silhouette in ours:
        start = time.perf_counter()
        models = [KMeans(k=k, seed=seed).fit(vectors) for seed in SEEDS]
        fitted = time.perf_counter()
        score = ClusteringEvaluator().evaluate(models[0].transform(vectors))
        costs = [model.summary.trainingCost for model in models]
        rows.append(
            (
                k,
                inertia,
                costs[0],
                f"{min(costs) / inertia - 1:+.1%} to {max(costs) / inertia - 1:+.1%}",
                silhouette,
                score,
                (fitted - start) / len(SEEDS),
                time.perf_counter() - fitted,
            )
        )
    columns = ("k", "inertia", "MLlib's", f"excess, {len(SEEDS)} seeds", "silhouette")
    return (*columns, "MLlib's", "fit in s", "evaluation in s"), rows


def markdown(columns: tuple[str, ...], rows: list[tuple]) -> str:
    """Write rows as a table in Markdown.

    Parameters
    ----------
    columns : tuple of str
    rows : list of tuple

    Returns
    -------
    str
    """

    def text(value) -> str:
        if not isinstance(value, float):
            return str(value)
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"

    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(text(one) for one in line)} |" for line in lines)


def _tree(pid: int) -> list[int]:
    """List a process and its descendants."""
    found = [pid]
    for one in found:
        path = Path(f"/proc/{one}/task")
        try:
            for task in path.iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
