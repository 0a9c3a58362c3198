"""Every model and column is described, keyed and really there."""

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, dbt, rows


@pytest.fixture(scope="module")
def manifest(demo_database):
    path = demo_database.parent / "target" / "manifest.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def models(manifest):
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]


def test_every_model_source_and_column_has_a_description(manifest, models):
    nodes = models + list(manifest["sources"].values())
    bare = [node["name"] for node in nodes if not node["description"]]
    bare += [
        f"{node['name']}.{column['name']}"
        for node in nodes
        for column in node["columns"].values()
        if not column["description"]
    ]
    assert bare == []


def test_documented_columns_are_the_columns_that_exist(demo_database, models):
    found = {}
    for schema, table, column in rows(
        demo_database,
        "select table_schema, table_name, column_name from information_schema.columns",
    ):
        found.setdefault((schema, table), set()).add(column)
    # One column for each feature of the list, which their descriptions say.
    listed = rows(demo_database, "select feature from segment_model_features")
    scaled = {feature for (feature,) in listed}
    for table in ("int_fit_features", "int_scaled_features"):
        found["intermediate", table] -= scaled
    assert {model["name"]: set(model["columns"]) for model in models} == {
        model["name"]: found[model["schema"], model["name"]] for model in models
    }


def test_the_mark_of_a_fit_is_written_after_all_that_was_fitted(manifest, models):
    fitted = {m["unique_id"] for m in models if m["config"]["materialized"] == "fitted"}
    seen, waiting = set(), ["model.olist_segments.int_fitted_model"]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += manifest["parent_map"].get(node, [])
    assert len(fitted) > 10
    assert fitted <= seen


def test_every_model_but_those_of_raw_lines_has_a_tested_key(manifest, models):
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata", {}).get("name") == "unique_key"
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


def test_order_lines_depends_on_all_nine_files(manifest):
    seen, waiting = set(), ["model.olist_segments.order_lines"]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += manifest["parent_map"].get(node, [])
    assert len([node for node in seen if node.startswith("source.")]) == 9


def test_a_layer_reads_only_the_layers_before_it(manifest, models):
    layers = ["staging", "intermediate", "marts", "segmentation", "profiles"]
    layer = {m["unique_id"]: layers.index(m["fqn"][1]) for m in models}
    backwards = [
        (parent, child)
        for child, parents in manifest["parent_map"].items()
        for parent in parents
        if child in layer and parent in layer and layer[parent] > layer[child]
    ]
    assert backwards == []


def test_the_docs_are_one_page_that_knows_every_model(
    demo_dir, demo_database, models, tmp_path
):
    copy = shutil.copy(demo_database, tmp_path)
    result = dbt("docs", "generate", "--static", raw_dir=demo_dir, database=Path(copy))
    assert result.returncode == 0, result.stdout
    page = (tmp_path / "target" / "static_index.html").read_text()
    assert all(model["unique_id"] in page for model in models)
    assert "Which table answers which question" in page


def test_links_in_the_documents_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("data/**/README.md")]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
