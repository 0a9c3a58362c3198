"""The commands that the README names, run in a copy of the project."""

import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import NO_TESTS, ROOT, copy_project, rows
from dbt.config.renderer import ProfileRenderer
from dbt_common.context import set_invocation_context
from olist_segments.cli import main
from olist_segments.commands.build import show_progress
from olist_segments.commands.summary import SUGGESTED
from olist_segments.project import (
    DbtError,
    UserError,
    built_database,
    called,
    database_path,
    find_built,
    run_dbt,
    shell_command,
)

LAYERS = {
    "staging": "stg_sellers",
    "intermediate": "int_as_of",
    "quality": "data_quality",
    "marts": "customers",
    "segmentation": "segments",
    "profiles": "segment_profile",
}
# What Windows lacks, for every process whose PYTHONPATH has this as sitecustomize.
WITHOUT_POSIX = """
import os, signal, sys
for module in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[module] = None
for name in ("SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT"):
    vars(signal).pop(name, None)
for name in ("killpg", "openpty"):
    vars(os).pop(name, None)
"""


def run(*words, cwd, **environment):
    return run_python("-m", "olist_segments", *words, cwd=cwd, **environment)


def run_python(*words, cwd, **environment):
    cleaned = {k: v for k, v in os.environ.items() if not k.startswith("OLIST_")}
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**cleaned, "PYTHONPATH": str(cwd / "python"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def as_on_windows(copy):
    """Return an environment without what only POSIX has, and an ASCII console."""
    folder = copy / "without posix"
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(WITHOUT_POSIX, encoding="utf-8")
    path = os.pathsep.join([str(folder), str(copy / "python")])
    return {"PYTHONPATH": path, "PYTHONIOENCODING": "ascii"}


@pytest.fixture(scope="module")
def built(demo_database, tmp_path_factory):
    """Return a copy of the project, built without data, and the output of the build.

    A model of each layer is built by the command; the other tables are those of the
    demo build, which has the same orders. It runs as on Windows, as far as that can be
    simulated.
    """
    copy = copy_project(tmp_path_factory.mktemp("built"))
    shutil.copy(demo_database, copy / "olist_demo.duckdb")
    words = ["build", "--", *NO_TESTS, "--select", *LAYERS.values()]
    result = run(*words, cwd=copy, **as_on_windows(copy))
    assert result.returncode == 0, result.stdout + result.stderr
    return copy, result.stdout


@pytest.fixture
def in_copy(built, monkeypatch, capfd):
    """Return a function that runs a command in that copy and returns its output."""
    monkeypatch.chdir(built[0])
    monkeypatch.setenv("PYTHONPATH", str(built[0] / "python"))
    for name in [name for name in os.environ if name.startswith("OLIST_")]:
        monkeypatch.delenv(name)

    def command(*words, code=0):
        found = main(words)
        said = capfd.readouterr()
        assert found == code, said.err
        return said.err if code else said.out

    return command


def test_a_build_without_data_says_that_it_is_synthetic(built):
    copy, said = built
    assert "SYNTHETIC" in said
    assert str(copy / "olist_demo.duckdb") in said
    assert not (copy / "olist_segments.duckdb").exists()
    for (name,) in rows(
        copy / "olist_demo.duckdb", "select segment_name from segments"
    ):
        assert name in said
    for layer in LAYERS:
        assert len(re.findall(rf" s +\d+ of \d+ done: {layer}\n", said)) == 1
    assert "START" not in said
    assert "query --target demo win_back\n" in said
    for name in SUGGESTED[:3]:
        assert f" {name}\n" in said


def test_questions_are_answered_by_name(built, in_copy):
    copy, _ = built
    assert "\nwin_back\n" in in_copy("query")
    answer = in_copy("query", "win_back", "--set", "days=200", "--rows", "2")
    assert "│" in answer
    assert re.search(r"The first 2 of \d+ rows", answer)
    assert "with members as" not in answer
    assert "…" not in in_copy("query", "why_this_k")
    answer = in_copy("query", "from segments", "--to", "answer.csv")
    lines = (copy / "answer.csv").read_text(encoding="utf-8").splitlines()
    assert f"Wrote {len(lines) - 1:,} rows to answer.csv" in answer


def test_an_answer_wider_than_the_terminal_is_written_line_by_line(
    built, in_copy, monkeypatch
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    values = "12 as k, 'as wide as it can be, and a bit more' as reason, null as empty"
    sql = f"select {values} from range(11)"
    record = (
        "k       12\nreason  as wide as it can be, and a bit\n        more\nempty\n"
    )
    answer = in_copy("query", sql)
    assert answer.startswith(f"{record}\n{record}")
    assert answer.count(record) == 10
    assert "The first 10 of 11 rows" in answer
    assert in_copy("query", sql, "--rows", "11").count(record) == 11
    monkeypatch.setenv("COLUMNS", "80")
    answer = in_copy("query", sql)
    assert "│ as wide as it can be, and a bit more │" in answer
    assert "The first" not in answer


@pytest.mark.slow
def test_a_question_that_cannot_be_answered_is_refused(built, in_copy):
    for words, sentence in [
        (["nothing"], "no question is called nothing: `olist-segments query` lists"),
        (["winback"], "no question is called winback: did you mean win_back?"),
        (["segments"], 'segments is a table: olist-segments query "from segments"'),
        (["select 1; select 2"], "these are 2 statements: run them one by one"),
        (["win_back", "--set", "days"], "days needs a value: --set days=..."),
        (["win_back", "--set", "day=1"], "day=1 cannot be set: win_back takes days="),
        (["win_back", "--set", "days={{ 1 }}"], "days is '{{ 1 }}': it must be a num"),
    ]:
        assert sentence in in_copy("query", *words, code=2)
    for sql in [
        f"from read_text('{__file__}')",
        "copy (select 1) to 'out.csv'",
        "install httpfs",
    ]:
        assert "reads" in in_copy("query", sql, code=2)
    rename = "alter table {} rename to {}"
    database = built[0] / "olist_demo.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute(rename.format("segment_k_candidates", "of_old"))
    said = in_copy("query", "why_this_k", code=2)
    assert f"lacks tables or columns of why_this_k: run `{called('build')}`" in said
    with duckdb.connect(database) as connection:
        connection.execute(rename.format("of_old", "segment_k_candidates"))


@pytest.mark.slow
def test_a_question_about_a_segment_or_customer_that_is_not_there_is_refused(
    built, in_copy
):
    said = in_copy("query", "top_cities", "--set", "segment=x", code=2)
    assert "it must be one of repeat_buyers, " in said
    said = in_copy("query", "look_alikes", "--set", "customer={{ 1 + 1 }}", code=2)
    assert "variable customer is '{{ 1 + 1 }}': no customer has this" in said
    ((customer, why),) = rows(
        built[0] / "olist_demo.duckdb",
        "select customer_unique_id, reason from excluded_customers limit 1",
    )
    setting = f"customer={customer}"
    said = in_copy("query", "why_this_customer", "--set", setting, code=2)
    assert f"'{customer}': this customer has no segment ({why})" in said


def test_members_are_exported(built, in_copy):
    copy, _ = built
    assert "repeat_buyers" in in_copy("export", "--preview")
    assert not (copy / "exports").exists()
    whole = in_copy("export")
    assert "Removed" not in whole
    assert "for everybody, the day of the first build" in whole
    written = int(re.search(r"Wrote (\d+) files", whole).group(1))
    exported = in_copy("export", "--segment", "repeat_buyers")
    assert f"Removed {written - 2} files of the last export" in exported
    folder = copy / "exports" / "demo"
    assert str(folder / "manifest.json") in exported
    assert len(list(folder.iterdir())) == 3


def test_the_report_and_the_docs_are_pages(built, in_copy):
    copy, _ = built
    in_copy("report")
    page = (copy / "site" / "report.html").read_text(encoding="utf-8")
    assert "Demo data." in page
    # The command to win customers back works as it is printed.
    program, *words = shlex.split(BeautifulSoup(page, "html.parser").pre.text)
    assert program == str(Path(".venv/bin/olist-segments"))
    in_copy(*words)
    assert (copy / words[-1]).is_file()

    said = in_copy("docs")
    assert len(said.splitlines()) == 2
    assert "\x1b" not in said
    page = (copy / "site" / "index.html").read_text(encoding="utf-8")
    assert "turn_on_tracking:function(){return;" in page
    assert page.count('rel="icon"') == page.count('rel="icon" href="data:,"') == 1


@pytest.mark.slow
def test_an_archive_or_a_folder_in_data_raw_is_built_as_real_data(
    project_copy, demo_dir
):
    with zipfile.ZipFile(project_copy / "data" / "raw" / "archive.zip", "w") as archive:
        for path in demo_dir.glob("*.csv"):
            archive.write(path, path.name)
    result = run("build", "--", "--select", "stg_orders", cwd=project_copy)
    database = project_copy / "olist_segments.duckdb"
    assert rows(database, "select count(*) from staging.stg_orders") == [(5000,)]
    assert "SYNTHETIC" not in result.stdout

    folder = project_copy / "data" / "raw" / "unpacked by hand"
    folder.mkdir()
    for path in (project_copy / "data" / "raw").glob("*.csv"):
        path.rename(folder / path.name)
    database.unlink()
    result = run("build", "--", "--select", "stg_orders", cwd=project_copy)
    assert f"Building on the files in {folder}" in result.stdout
    assert rows(database, "select count(*) from staging.stg_orders") == [(5000,)]


@pytest.fixture(scope="module")
def elsewhere(demo_dir, tmp_path_factory):
    """Return how a build starts below a project, with names for files and database.

    Of several builds the first parses the project.
    """
    folder = copy_project(tmp_path_factory.mktemp("named")) / "python"
    environment = {
        "PYTHONPATH": str(folder),
        "OLIST_RAW_DIR": os.path.relpath(demo_dir, folder),
        "OLIST_DB": str(tmp_path_factory.mktemp("database") / "other place.duckdb"),
    }
    return folder, environment


@pytest.mark.slow
def test_the_folder_and_the_database_can_be_named(elsewhere):
    folder, environment = elsewhere
    words = ["build", "--", "--select", "stg_orders"]
    result = run(*words, cwd=folder, **environment)
    assert "Building on the files in" in result.stdout
    database = Path(environment["OLIST_DB"])
    assert rows(database, "select count(*) from staging.stg_orders") == [(5000,)]


@pytest.fixture
def failing_test(built):
    """Return the name of a test in that copy that fails."""
    path = built[0] / "dbt_project" / "tests" / "assert_nothing.sql"
    path.write_text("select 1 as wrong\n")
    yield path.stem
    path.unlink()


@pytest.mark.slow
def test_a_build_that_fails_says_why_in_the_words_of_dbt(built, failing_test):
    copy, _ = built
    words = ["build", "--", "--select", failing_test]
    result = run(*words, cwd=copy)
    assert result.returncode == 1
    assert f"FAIL 1 {failing_test}" in result.stdout
    assert "Got 1 result, configured to fail if != 0" in result.stdout
    assert "ERROR=1" in result.stdout
    assert "The full log is in" in result.stdout
    assert "The build stopped" in result.stderr
    assert failing_test in (copy / "logs" / "dbt.log").read_text(encoding="utf-8")

    words += ["--empty"]
    result = run(*words, cwd=copy)
    assert result.returncode == 2
    assert "--empty cannot be used" in result.stdout

    words[1:1] = ["--verbose"]
    result = run(*words, cwd=copy)
    assert result.returncode == 2
    assert "Running with dbt" in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("send", "number"),
    [("killpg", "SIGINT"), ("kill", "SIGTERM"), ("kill", "SIGHUP")],
)
def test_a_build_that_is_stopped_leaves_nothing_running(elsewhere, send, number):
    folder, environment = elsewhere
    with subprocess.Popen(
        [sys.executable, "-m", "olist_segments", "build"],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        for line in process.stdout:
            if "staging" in line:
                break
        getattr(os, send)(process.pid, getattr(signal, number))
        _, said = process.communicate()
    assert process.returncode == 128 + getattr(signal, number)
    assert said == "Stopped: build again before you use the tables.\n"
    duckdb.connect(environment["OLIST_DB"]).close()  # dbt no longer has it open


def event(name, level="info", **data):
    """Return a line of dbt's log."""
    info = {"name": name, "level": level, "msg": f"the message of {name}"}
    return json.dumps({"info": info, "data": data})


def test_progress_on_a_terminal_is_one_line_written_over():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    node = {"resource_type": "model", "node_path": "marts/orders.sql"}
    node |= {"node_name": "orders", "unique_id": "model.orders"}
    out = Terminal()
    show_progress(
        [
            event("LogStartLine", total=2, node_info=node),
            event("SomethingOdd", level="warn"),
            "no JSON\n",
            event("LogModelResult", node_info=node),
            event("FinishedRunningStats"),
            event("StatsLine", stats={"error": 0, "warn": 0}),
        ],
        out,
    )
    kept = [line.rpartition("\r\033[K")[2] for line in out.getvalue().split("\n")]
    assert kept[:2] == ["the message of SomethingOdd", "no JSON"]
    assert kept[2].endswith("1 of 2 done")
    assert "0 of 2 done: orders" in out.getvalue()


def test_progress_names_what_runs_when_nothing_was_said_for_a_while(monkeypatch):
    monkeypatch.setattr("olist_segments.commands.build.SILENCE", -1)
    out = io.StringIO()
    nodes = [
        {
            "resource_type": "model",
            "node_path": rf"segmentation\fit\{name}.sql",  # as on Windows
            "node_name": name,
            "unique_id": name,
        }
        for name in ("short", "long")
    ]
    begins = [event("LogStartLine", total=2, node_info=node) for node in nodes]
    show_progress([*begins, event("LogModelResult", node_info=nodes[0])], out)
    assert [line.partition("done: ")[2] for line in out.getvalue().split("\n")[1:]] == [
        "segmentation",
        "short",
        "short, long",
        "long",
        "",
    ]


def test_a_console_without_box_characters_gets_plain_tables(built):
    words = ["query", "select '─│╬→' as drawn"]
    answer = run(*words, cwd=built[0], PYTHONIOENCODING="latin-1")
    assert answer.returncode == 0, answer.stderr
    assert "| -|+?" in answer.stdout


def test_commands_run_without_posix_and_on_an_ascii_console(built):
    environment = as_on_windows(built[0])
    commands = [
        ["summary"],
        ["query", "select 'S\u00e3o Paulo \u2192' as city"],
        ["export", "--to", "exported \u00e3"],
        ["report"],
    ]
    script = (
        "import sys\nassert sys.modules['fcntl'] is None\n"
        "from olist_segments.cli import main\n"
        f"sys.exit(max([main(words) for words in {commands}]))"
    )
    words = ["-X", "warn_default_encoding", "-c", script]
    result = run_python(*words, cwd=built[0], **environment)
    assert result.returncode == 0, result.stderr
    assert "S?o Paulo ?" in result.stdout
    assert "listed in" in result.stdout
    assert (built[0] / "exported \u00e3" / "manifest.json").is_file()
    ours = [line for line in result.stderr.splitlines() if "olist_segments" in line]
    assert not [line for line in ours if "EncodingWarning" in line]


@pytest.mark.slow
def test_tests_can_be_collected_without_posix(tmp_path):
    environment = as_on_windows(tmp_path)
    path = os.pathsep.join([environment.pop("PYTHONPATH"), str(ROOT / "python")])
    words = ["-m", "pytest", "--collect-only", "--quiet", "-p", "no:xdist"]
    result = run_python(*words, cwd=ROOT, PYTHONPATH=path, **environment)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr


def test_what_dbt_says_is_read_whatever_the_encoding_of_the_console(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    with pytest.raises(DbtError, match="No such command 'não'"):
        run_dbt(ROOT, ["não"], is_silent=True)


@pytest.mark.skipif(
    os.name == "nt", reason="there each shell sets variables its own way"
)
def test_commands_are_printed_for_the_environment_that_runs_them(monkeypatch):
    monkeypatch.delenv("OLIST_DB", raising=False)
    for scripts, program in [
        ("/any/.venv/bin", str(Path(".venv/bin/olist-segments"))),
        ("/any/other/bin", "olist-segments"),
    ]:
        monkeypatch.setattr("sysconfig.get_path", lambda _, found=scripts: found)
        assert shell_command("query", "demo") == f"{program} query --target demo"
    monkeypatch.setenv("OLIST_SHOP", "gifts")
    monkeypatch.setenv("OLIST_RAW_DIR", "/any/my files")
    assert shell_command("query", "dev").startswith(f"OLIST_SHOP=gifts {program} query")
    assert shell_command("replay --from 2011-05", "dev") == (
        f"OLIST_SHOP=gifts OLIST_RAW_DIR='/any/my files' {program} replay --target dev "
        "--from 2011-05"
    )


def test_a_missing_database_names_the_shops_that_were_built(tmp_path, monkeypatch):
    monkeypatch.delenv("OLIST_DB", raising=False)
    monkeypatch.setenv("OLIST_SHOP", "gfits")
    with pytest.raises(
        UserError, match=r"gfits\.duckdb .* run `.*olist-segments build` first"
    ):
        find_built(tmp_path)
    for name in ("gifts", "olist_demo"):
        (tmp_path / f"{name}.duckdb").touch()
    with pytest.raises(UserError, match=r"that was built: OLIST_SHOP=gifts$"):
        find_built(tmp_path)


@pytest.mark.parametrize("shop", ["", "olist", "gifts"])
def test_dbt_and_commands_find_the_database_of_a_shop(monkeypatch, shop):
    monkeypatch.delenv("OLIST_DB", raising=False)
    profiles = yaml.safe_load((ROOT / "profiles.yml").read_text("utf-8"))
    given = {"shop": shop} if shop else {}
    for environment, variables in (({"OLIST_SHOP": shop}, {}), ({}, given)):
        set_invocation_context(environment)
        rendered = ProfileRenderer(variables).render_data(profiles)
        monkeypatch.setenv("OLIST_SHOP", shop)
        for target in ("dev", "demo"):
            path = rendered["olist_segments"]["outputs"][target]["path"]
            assert ROOT / path == database_path(ROOT, target)
            assert ("gifts" in path) == (shop == "gifts")


def test_what_a_build_that_failed_has_left_is_not_read(tmp_path, monkeypatch):
    monkeypatch.delenv("OLIST_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dbt_project.yml").touch()
    real, demo = tmp_path / "olist_segments.duckdb", tmp_path / "olist_demo.duckdb"
    for database in (real, demo):
        duckdb.connect(str(database)).close()
    assert built_database() == demo
    with duckdb.connect(str(real)) as connection:
        connection.execute("create schema other; create table other.segments (a int)")
    assert built_database() == demo
    with duckdb.connect(str(real)) as connection:
        connection.execute("create table segments (segment_id int)")
    assert built_database() == real


def test_what_cannot_be_done_is_said_in_one_sentence(project_copy, tmp_path):
    for words, sentence in [
        (["summary"], "olist-segments build` first"),
        (["build", "--target", "dev"], "none of the files is in"),
        (["demo-data", "--orders", "3"], "orders is 3"),
        (["demo-data", "--planted", "9"], "planted is 9"),
    ]:
        result = run(*words, cwd=project_copy)
        assert result.returncode == 2
        assert sentence in result.stderr
        assert "Traceback" not in result.stderr

    (project_copy / "data" / "raw" / "olist_orders_dataset.csv").write_text("a;b\n")
    result = run("build", cwd=project_copy)
    assert result.returncode == 2
    assert "olist_customers_dataset.csv is missing from" in result.stderr
    assert "olist_orders_dataset.csv has none of its columns" in result.stderr
    assert "Running with dbt" not in result.stdout

    outside = run("summary", cwd=tmp_path, PYTHONPATH=str(ROOT / "python"))
    assert "not inside the project" in outside.stderr
