"""Values that dbt cannot use are refused in a sentence, before anything is built."""

import json
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT, dbt

RECENCY = {"name": "recency_days", "transform": "none", "clip_quantile": 1}
RECENCY |= {"word": "noun", "high": "lots", "low": "few", "phrase": "things"}
# What a macro that every build begins with says of variables.
REFUSED = [
    ("check_variables", {"max_rejected_share": "abc"}, "is 'abc': it must be a share"),
    ("check_variables", {"max_defect_share": -1}, "max_defect_share is '-1': it must"),
    (
        "check_variables",
        {"as_of_date": "2018-13-01"},
        "'2018-13-01': it must be a day",
    ),
    (
        "check_variables",
        {"as_of_date": "30/06/2018"},
        "it must be a day such as 2018",
    ),
    ("check_variables", {"published_olist": "false"}, "true or false, without quotes"),
    ("check_k", {"k_min": 1}, "variable k_min is '1': it must be a whole number"),
    ("check_k", {"k_min": 6, "k_max": 4}, "k_min is 6 and k_max is 4: k_min must not"),
    ("check_k", {"k": 12}, "variable k is 12, but only k = 2 to 10 are fitted"),
    ("check_k", {"k": "five"}, "variable k is 'five': it must be a whole number"),
    ("check_features", {"feature_choice": "best"}, "'best': it must be list or auto"),
    *(
        ("check_features", {"features": [{**RECENCY, **wrong}]}, sentence)
        for wrong, sentence in [
            ({"transform": "cube"}, "transform of recency_days is 'cube'"),
            ({"word": "verb"}, "word of recency_days is 'verb'"),
            ({"high": ""}, "recency_days lacks high"),
            (
                {"name": "zip_code"},
                "zip_code must be a column of numbers in models",
            ),
        ]
    ),
]
# One of each macro.
REFUSED_BY = {macro: one for macro, *one in REFUSED}
# Runs the macros one after the other in one process, which parses the project once.
OPERATIONS = """
import json, sys
from dbt.cli.main import dbtRunner

options, operations = json.loads(sys.argv[1]), json.loads(sys.argv[2])
parsed = dbtRunner().invoke(["parse", *options]).result
for macro, variables in operations:
    words = ["run-operation", macro, *options, "--vars", json.dumps(variables)]
    done = dbtRunner(manifest=parsed).invoke(words)
    print("== success" if done.success else "== failure")
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Return what the macros say of `REFUSED` and of no variables, and how they end."""
    work = tmp_path_factory.mktemp("refused")
    options = ["--target", "demo", "--target-path", str(work), "--log-path", str(work)]
    operations = [[macro, variables] for macro, variables, _ in REFUSED]
    operations += [[macro, {}] for macro in REFUSED_BY]
    result = subprocess.run(
        [sys.executable, "-c", OPERATIONS, json.dumps(options), json.dumps(operations)],
        cwd=ROOT,
        env={
            **os.environ,
            "OLIST_DB": str(work / "demo.duckdb"),
            "PYTHONPATH": str(ROOT / "python"),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return re.findall(r"(.*?)^== (\w+)$", result.stdout, re.DOTALL | re.MULTILINE)


def test_every_variable_that_cannot_be_used_is_named(answers):
    for (*_, sentence), (said, end) in zip(REFUSED, answers, strict=False):
        assert sentence in said
        assert end == "failure"


def test_the_variables_of_the_project_are_not_refused(answers):
    assert [end for _, end in answers[len(REFUSED) :]] == ["success"] * len(REFUSED_BY)


@pytest.mark.parametrize("macro", REFUSED_BY)
def test_a_build_with_such_a_variable_stops_before_it_begins(macro, demo_dir, tmp_path):
    variables, sentence = REFUSED_BY[macro]
    result = dbt(
        *("build", "--select", "stg_orders"),
        raw_dir=demo_dir,
        database=tmp_path / "demo.duckdb",
        variables=variables,
    )
    assert result.returncode == 2
    assert sentence in " ".join(result.stdout.split())
    assert "START sql" not in result.stdout
    assert "Traceback" not in result.stdout


@pytest.mark.parametrize(
    "name", ["temp", pytest.param("memory", marks=pytest.mark.slow)]
)
def test_a_database_with_a_name_that_duckdb_has_taken_is_refused(
    demo_dir, tmp_path, name
):
    result = dbt("build", raw_dir=demo_dir, database=tmp_path / f"{name}.duckdb")
    assert result.returncode != 0
    assert f'"{name}"' in result.stdout
    assert "Traceback" not in result.stdout


def test_missing_files_stop_a_build_with_one_sentence(tmp_path):
    result = dbt("build", raw_dir=tmp_path, database=tmp_path / "demo.duckdb")
    assert result.returncode != 0
    assert "none of the files is in" in result.stdout
    assert "`dbt build --target demo`" in result.stdout


def test_a_setting_of_duckdb_that_cannot_be_is_refused(demo_dir, tmp_path):
    result = dbt(
        "build",
        raw_dir=demo_dir,
        database=tmp_path / "demo.duckdb",
        settings={"OLIST_MEMORY_LIMIT": "plenty"},
    )
    assert result.returncode != 0
    assert "Memory must have a number" in result.stdout
    assert "Traceback" not in result.stdout


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ([], "(PID {}): close it there"),
        (["-m", "dbt.cli.main", "build"], "(PID {}): wait until it ends"),
    ],
)
def test_a_database_that_another_process_holds_is_named(
    demo_dir, tmp_path, words, advice
):
    database = tmp_path / "demo.duckdb"
    hold = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(database), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        other.stdout.readline()
        result = dbt("build", raw_dir=demo_dir, database=database)
        other.communicate()
    assert result.returncode == 2
    assert str(database) in result.stdout
    assert advice.format(other.pid) in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
