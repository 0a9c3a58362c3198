"""Values that dbt cannot use are refused in a sentence, before anything is built."""

import contextlib
import datetime
import math
import re
import shutil
import sqlite3
import subprocess
import sys

import pytest
import yaml
from conftest import ROOT, dbt
from olist_segments.commands.build import check_variables
from olist_segments.project import UserError, dbt_process, refuse_database
from olist_segments.variables import (
    FEATURES,
    OLIST,
    RULES,
    SHOPS,
    find_problems_of_variables,
)

RECENCY = {"name": "recency_days", "transform": "none", "clip_quantile": 1}
RECENCY |= {"word": "noun", "high": "lots", "low": "few", "phrase": "things"}
REFUSED = [
    ({"max_rejected_share": "abc"}, "is 'abc': it must be a share from 0 to 1"),
    ({"max_defect_share": -1}, "variable max_defect_share is '-1': it must"),
    ({"max_correlation": math.nan}, "is 'nan': it must be a share from 0 to 1"),
    ({"as_of_date": "2018-13-01"}, "'2018-13-01': it must be a day such as 2018-"),
    ({"as_of_date": "30/06/2018"}, "'30/06/2018': it must be a day"),
    ({"as_of_date": "2018-02-29"}, "'2018-02-29': it must be a day"),
    ({"published_olist": "false"}, "true or false, without quotes"),
    ({"null_words": "nan"}, "null_words is 'nan': it must be a list of words"),
    ({"null_words": [None]}, "it must be a list of words in quotes"),
    ({"k_min": 1}, "variable k_min is '1': it must be a whole number from 2 to 100"),
    ({"k_min": 6, "k_max": 4}, "k_min is 6 and k_max is 4: k_min must not"),
    ({"k": 12}, "variable k is 12, but only k = 2 to 10 are fitted"),
    ({"k": "five"}, "variable k is 'five': it must be a whole number from 2"),
    ({"k": True}, "variable k is 'True': it must be a whole number"),
    ({"seed": -1}, "variable seed is '-1': it must be a whole number from 0"),
    ({"n_init": 0}, "variable n_init is '0': it must be a whole number of at least 1"),
    ({"fit_sample": 2.5}, "variable fit_sample is '2.5': it must be a whole number"),
    ({"name_ratio": 1.5}, "variable name_ratio is '1.5': it must be a share"),
    ({"drift_watch": 0.3}, "drift_watch is 0.3 and drift_refit is 0.25: drift_watch"),
    ({"segment_and": " "}, "variable segment_and is ' ': it must be a text"),
    ({"feature_choice": "best"}, "'best': it must be list or auto"),
    ({"features": []}, "variable features is '[]': it must be a list of features"),
    ({"further_features": None}, "further_features is null: it must be a list"),
    ({"features": ["recency_days"]}, "'recency_days' is no feature; one has name, "),
    ({"features": [{}]}, "a feature without a name lacks name, transform"),
    ({"features": [RECENCY, RECENCY]}, "recency_days is there twice"),
    ({"kk": 6}, "there is no variable kk: do you mean k?"),
    ({"min_segment_shares": 0.1}, "do you mean min_segment_share?"),
    *(
        ({"features": [{**RECENCY, **wrong}]}, sentence)
        for wrong, sentence in [
            ({"transform": "cube"}, "transform of recency_days is 'cube': it must be"),
            ({"clip_quantile": 99.5}, "clip_quantile of recency_days is '99.5': it"),
            ({"word": "verb"}, "word of recency_days is 'verb'"),
            ({"high": ""}, "recency_days lacks high"),
            ({"phrase": 5}, "phrase of recency_days is '5': it must be a text"),
            ({"hihg": "a"}, "has hihg, which no feature has: do you mean high?"),
            ({"high": 5}, "high of recency_days is '5': it must be a text, or a list"),
            ({"low": ["few", 5]}, "low of recency_days: word of '5' must be a text"),
            ({"low": [{"at_most": 1}]}, "word of '{'at_most': 1}' must be a text"),
            ({"low": {"word": "few", "atmost": 1}}, "do you mean at_most?"),
            ({"low": {"word": "few", "at_most": "1 day"}}, "must be a number"),
            ({"low": {"word": "few", "share": 90}}, "must be a share from 0 to 1"),
            ({"low": ["few", "some"]}, "'some' is never taken, as 'few' before it has"),
            (
                {"low": {"word": "few", "at_least": 2, "at_most": 1}},
                "low of recency_days: at_least of 'few' is above its at_most",
            ),
            ({"name": "zip_code"}, "zip_code must be a column of numbers in models"),
        ]
    ),
]
ACCEPTED = [
    {"k": "6", "seed": "7", "drift_watch": "1e-3"},
    {"as_of_date": datetime.date(2018, 3, 31)},
    {"features": [{**RECENCY, "low": [{"word": "few", "at_most": 9}, "fewer"]}]},
    {"further_features": [], "max_rejected_share": 1, "published_olist": True},
]


def problems_of(variables, command="build"):
    return find_problems_of_variables(ROOT, variables, command=command)


def test_every_variable_of_the_project_has_a_rule_and_follows_it():
    """A variable without a rule: add it to RULES in olist_segments/variables.py."""
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert set(RULES) == set(project["vars"])
    assert problems_of({}) == []


@pytest.mark.parametrize(("variables", "sentence"), REFUSED)
def test_every_variable_that_cannot_be_used_is_named(variables, sentence):
    (said,) = problems_of(variables)
    assert sentence in said


@pytest.mark.parametrize("variables", ACCEPTED)
def test_numbers_may_be_texts_and_days_may_be_dates(variables):
    assert problems_of(variables) == []


def test_a_variable_that_the_project_lacks_is_named(tmp_path):
    (tmp_path / "dbt_project.yml").write_text("name: olist_segments", encoding="utf-8")
    for name in (FEATURES, OLIST):
        copied = tmp_path / name
        copied.parent.mkdir(parents=True)
        shutil.copy(ROOT / name, copied)
    said = find_problems_of_variables(tmp_path, {}, command="build")
    assert len(said) == len(RULES)
    assert any(one.startswith("variable k is missing in dbt_project") for one in said)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"price_bands": bounds}, f"'{bounds}': it must be a list of amounts above 0")
        for bounds in (
            *([], [50, 25], [25, 25], [0, 25], [-1, 25], [0.125, 1], 25, "25, 50"),
            *(["25", "50"], [True, 25], [math.inf], [math.nan]),
        )
    ]
    + [
        ({"price_bands": None}, "price_bands of the shop sold is null: it must"),
        (
            {"price_band": [5]},
            "sold has no setting price_band: do you mean price_bands",
        ),
        ({"returns": "nett"}, "'nett': it must be net or cancel or refuse"),
        ({"guests": True}, "setting guests of the shop sold is 'True': it must be"),
        ({"other_currencies": "net"}, "'net': it must be exclude or refuse"),
    ],
)
def test_settings_of_a_shop_that_cannot_be_used_are_named(tmp_path, settings, sentence):
    for name in ("dbt_project.yml", FEATURES, OLIST):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / SHOPS).mkdir(parents=True)

    def problems_of_shop(meta, **table_meta):
        table = {"name": "order_lines", "config": {"meta": table_meta}}
        source = {"name": "sold", "config": {"meta": meta}, "tables": [table]}
        text = yaml.safe_dump({"version": 2, "sources": [source]})
        (tmp_path / SHOPS / "sold.yml").write_text(text, encoding="utf-8")
        given = {"shop": "sold"}
        return find_problems_of_variables(tmp_path, given, command="build")

    assert problems_of_shop({"price_bands": [0.5, 1, 1000], "returns": "net"}) == []
    (said,) = problems_of_shop(settings)
    assert sentence in said
    (said,) = problems_of_shop({}, file="sold.csv", delimeter=";")
    assert said == "the shop sold has no setting delimeter: do you mean delimiter?"


def test_a_command_refuses_variables_before_dbt_reads_the_project():
    with pytest.raises(UserError, match="there is no variable kk: do you mean k"):
        check_variables(ROOT, ["--vars", "kk: 5"])
    check_variables(ROOT, ["--vars", "k: 5", "--select", "segments"])


def test_questions_have_variables_of_their_own():
    assert problems_of({"days": 30}, command="compile") == []


def test_a_build_with_wrong_variables_stops_before_it_begins(demo_dir, tmp_path):
    result = dbt(
        *("build", "--empty", "--select", "stg_orders"),
        raw_dir=demo_dir,
        database=tmp_path / "demo.duckdb",
        variables={"kk": 6, "features": 5, "further_features": [{"name": "a"}, "b"]},
    )
    assert result.returncode == 2
    assert "there is no variable kk: do you mean k?" in result.stdout
    assert "variable features is '5': it must be a list" in result.stdout
    assert "--empty cannot be used, as segments need" in result.stdout
    assert "START" not in result.stdout
    assert "Traceback" not in result.stdout


def test_a_shop_that_does_not_exist_is_refused_before_dbt_reads_the_project(tmp_path):
    result = dbt(
        "build",
        raw_dir=tmp_path,
        database=tmp_path / "nosuch.duckdb",
        target="dev",
        settings={"OLIST_SHOP": "nosuch"},
    )
    assert result.returncode == 2
    assert (
        "there is no shop nosuch: OLIST_SHOP and the variable shop can be olist, "
        in (result.stdout)
    )
    assert not re.search("Traceback|not found|Registered adapter", result.stdout)


@pytest.mark.parametrize(
    "text",
    ["as_of_date: 2018-02-29", "as_of_date: 2018-13-01", "{k: 5", "k", "k: \x01"],
)
def test_variables_that_dbt_cannot_read_are_refused_in_a_sentence(tmp_path, text):
    project = tmp_path / "dbt_project.yml"
    project.write_text("vars: {}", encoding="utf-8")
    with pytest.raises(UserError, match=f"--vars '{re.escape(text)}' cannot be read: "):
        check_variables(tmp_path, ["--select", "int_as_of", "--vars", text])
    project.write_text(f"vars: {{as_of_date: 2018-02-29, {text}", encoding="utf-8")
    with pytest.raises(UserError, match=r"dbt_project\.yml cannot be read: "):
        check_variables(tmp_path, [])


@pytest.mark.slow
def test_a_database_with_a_name_that_duckdb_has_taken_is_refused(demo_dir, tmp_path):
    result = dbt("build", raw_dir=demo_dir, database=tmp_path / "temp.duckdb")
    assert result.returncode != 0
    assert '"temp"' in result.stdout
    assert "Traceback" not in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("intermediate", {}, "intermediate.duckdb has the name of a schema in it"),
        ("demo", {"OLIST_MEMORY_LIMIT": "plenty"}, "Memory must have a number"),
    ],
)
def test_a_database_and_its_settings_are_checked_when_dbt_connects(
    tmp_path, name, settings, sentence
):
    database = tmp_path / f"{name}.duckdb"
    result = dbt("debug", raw_dir=tmp_path, database=database, settings=settings)
    assert result.returncode == 1
    assert sentence in " ".join(result.stdout.split())
    assert "Traceback" not in result.stdout


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("staging.duckdb", "has the name of a schema in it"),
        ("other.sqlite", "other.sqlite is not a DuckDB database"),
        ("missing/demo.duckdb", "missing, does not exist"),
        ("folder", "folder is a folder: name a file in it"),
    ],
)
def test_a_file_that_can_be_no_database_is_refused(tmp_path, name, sentence):
    (tmp_path / "folder").mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / "other.sqlite")) as other:
        other.execute("create table orders (id integer)")
    with pytest.raises(UserError, match=sentence):
        refuse_database(tmp_path / name)


def test_a_new_database_is_not_refused(tmp_path):
    (tmp_path / "empty.duckdb").touch()
    refuse_database(tmp_path / "empty.duckdb")
    refuse_database(tmp_path / "new.duckdb")


def test_a_folder_of_profiles_without_that_of_the_project_is_named(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    with pytest.raises(UserError, match="DBT_PROFILES_DIR is set, but"):
        dbt_process(ROOT, ["build"])
    monkeypatch.setenv("DBT_PROFILES_DIR", str(ROOT))
    assert dbt_process(ROOT, ["build"])["cwd"] == ROOT


def test_a_log_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "file"))
    with pytest.raises(UserError, match=r"dbt cannot write its log to .*file: "):
        dbt_process(ROOT, ["build"])


def test_missing_files_stop_a_build_with_one_sentence(tmp_path):
    result = dbt("build", raw_dir=tmp_path, database=tmp_path / "demo.duckdb")
    assert result.returncode != 0
    assert "none of the files is in" in result.stdout
    assert "olist-segments build --target demo`" in result.stdout


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
