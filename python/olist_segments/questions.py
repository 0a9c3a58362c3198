"""Questions in SQL: the analyses that people ask, with their parameters and columns."""

import difflib
import json
import re
import shutil
import tempfile
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import yaml

from olist_segments.markdown import escaped, table
from olist_segments.project import DbtError, UserError, run_dbt
from olist_segments.shop import Shop, read_shop

FOLDER = Path("dbt_project", "analyses")
ROWS_ON_PAGE = 10
FEWEST_ON_PAGE = 5


@dataclass(frozen=True)
class Question:
    """An analysis that answers a question.

    Attributes
    ----------
    name : str
        Name of its file, without ``.sql``.
    text : str
        The question in words.
    note : str
        What a row of the answer is.
    columns : dict of str to str
        Columns of the answer, in order, and what they mean.
    parameters : dict of str to str
        Variables that it takes, and what they mean; all have defaults.
    needs : list of str
        What a shop must have for an answer, as in `Shop.lacking`.
    has_rows_of_individuals : bool
        Whether a row is about one person or seller: such rows appear on no page.
    """

    name: str
    text: str
    note: str
    columns: dict[str, str]
    parameters: dict[str, str] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    has_rows_of_individuals: bool = False


def read_questions(root: Path) -> dict[str, Question]:
    """Read the questions that the project's analyses answer.

    Parameters
    ----------
    root : Path
        Root of the project.

    Returns
    -------
    dict of str to Question
        By name, in the order of their YAML.
    """
    listed = yaml.safe_load((root / FOLDER / "_analyses.yml").read_text("utf-8"))
    questions = {}
    for entry in listed["analyses"]:
        text, note = re.fullmatch(r"(.*\?) (.*)\n", entry["description"]).groups()
        questions[entry["name"]] = Question(
            entry["name"],
            text,
            note,
            {column["name"]: column["description"] for column in entry["columns"]},
            **entry.get("config", {}).get("meta", {}),
        )
    return questions


def compile_question(
    questions: dict[str, Question],
    name: str,
    settings: Iterable[str],
    *,
    root: Path,
    target: str,
) -> str:
    """Let dbt compile the SQL of a question.

    Parameters
    ----------
    questions : dict of str to Question
    name : str
        Which one.
    settings : iterable of str
        Values of its parameters, each as ``name=value``.
    root : Path
        Root of the project.
    target : {"dev", "demo"}
        The target that the database was built with.

    Returns
    -------
    str
        SQL for that database.

    Raises
    ------
    UserError
        If there is no such question or parameter, or dbt refuses a value.
    """
    if name not in questions:
        raise UserError(explain_unknown(name, questions, root=root))
    variables = {}
    for setting in settings:
        parameter, equals, value = setting.partition("=")
        known = questions[name].parameters
        if not equals and parameter in known:
            raise UserError(f"{parameter} needs a value: --set {parameter}=...")
        if not equals or parameter not in known:
            takes = ", ".join(f"{one}=..." for one in known) or "no parameters"
            raise UserError(f"{setting} cannot be set: {name} takes {takes}")
        variables[parameter] = value.replace("{", "{{ '{' }}")  # dbt renders values
    words = ["compile", "--quiet", "--no-use-colors", "--target", target]
    words += ["--select", f"{FOLDER.as_posix()}/{name}.sql"]
    if variables:  # when they differ from last time, dbt parses the whole project
        words += ["--vars", json.dumps(variables)]
    with tempfile.TemporaryDirectory() as scratch:  # another query may run meanwhile
        parsed = root / "target" / "partial_parse.msgpack"
        if parsed.is_file():
            shutil.copy(parsed, scratch)
        try:
            run_dbt(root, [*words, "--target-path", scratch], is_silent=True)
        except DbtError as error:
            refused = re.search(r"Compilation Error in .*\n +(.*)", str(error))
            if not refused:
                raise
            raise UserError(refused[1]) from error
        return compiled(Path(scratch))[name]


def explain_unknown(
    name: str,
    questions: Iterable[str],
    tables: Iterable[str] = (),
    *,
    root: Path,
) -> str:
    """Say why there is no question of this name, and which may be meant.

    Parameters
    ----------
    name : str
        What was asked for.
    questions : iterable of str
        Names of questions.
    tables : iterable of str
        Names of tables.
    root : Path
        Root of the project.

    Returns
    -------
    str
    """
    if name in tables:
        return f'{name} is a table: olist-segments query "from {name}"'
    path = FOLDER / f"{name}.sql"
    if (root / path).is_file():
        return f"{path} exists, but has no entry in {FOLDER / '_analyses.yml'}"
    near = difflib.get_close_matches(name, [*questions], n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    return f"no question is called {name}: {hint}`olist-segments query` lists them"


def compiled(target_path: Path) -> dict[str, str]:
    """Read the SQL of the questions that dbt has compiled.

    Parameters
    ----------
    target_path : Path
        The folder of dbt's artifacts.

    Returns
    -------
    dict of str to str
        SQL by name of the question.
    """
    folder = target_path / "compiled" / "olist_segments" / FOLDER
    return {path.stem: path.read_text("utf-8") for path in folder.glob("*.sql")}


def answerable(questions: dict[str, Question], shop: Shop) -> dict[str, Question]:
    """Put the questions to a shop, without those and columns that it has no data for.

    Parameters
    ----------
    questions : dict of str to Question
    shop : Shop

    Returns
    -------
    dict of str to Question
    """
    return {
        name: replace(
            one,
            text=shop.worded(one.text),
            note=shop.worded(one.note),
            columns={
                shop.worded(column): shop.worded(text)
                for column, text in one.columns.items()
                if shop.has_column(column)
            },
        )
        for name, one in questions.items()
        if not shop.lacking(one.needs)
    }


def known_columns(
    answer: duckdb.DuckDBPyRelation, shop: Shop
) -> duckdb.DuckDBPyRelation:
    """Leave out columns of an answer that say nothing about the shop; name the others.

    Parameters
    ----------
    answer : DuckDBPyRelation
        Its order is kept.
    shop : Shop

    Returns
    -------
    DuckDBPyRelation
        Its column state is called country where the shop has countries.
    """
    known = [
        f'"{column}" as "{shop.worded(column)}"'
        for column in answer.columns
        if shop.has_column(column)
    ]
    return answer.project(", ".join(known))


def list_questions(questions: dict[str, Question]) -> str:
    """List questions and their parameters, for the command line.

    Parameters
    ----------
    questions : dict of str to Question

    Returns
    -------
    str
    """
    lines = []
    for question in questions.values():
        lines.append(question.name)
        lines += textwrap.wrap(
            question.text, 80, initial_indent=" " * 4, subsequent_indent=" " * 4
        )
        for name, meaning in question.parameters.items():
            lines += textwrap.wrap(
                f"--set {name}=...  {meaning}",
                80,
                initial_indent=" " * 4,
                subsequent_indent=" " * 8,
            )
    return "\n".join(lines)


def introduce(question: Question) -> str:
    """Say what a question asks and by which definitions, to stand above its answer.

    Parameters
    ----------
    question : Question

    Returns
    -------
    str
    """
    lines = textwrap.wrap(f"{question.text} {question.note}", width=88)
    for name, meaning in question.parameters.items():
        lines.append(f"--set {name}=...  {meaning}")
    return "\n".join(lines)


def render_page(
    questions: dict[str, Question],
    sql: dict[str, str],
    connection: duckdb.DuckDBPyConnection,
) -> str:
    """Write the page of questions with their answers.

    Parameters
    ----------
    questions : dict of str to Question
    sql : dict of str to str
        SQL by name of the question.
    connection : DuckDBPyConnection
        The database to ask.

    Returns
    -------
    str
        Markdown. For answers about individuals it only has the number of rows.
    """
    ((customers, as_of),) = connection.sql(
        "select count(*), max(as_of_date) from customer_segments"
    ).fetchall()
    shop = read_shop(connection)
    questions = answerable(questions, shop)
    lines = [
        "# Questions to ask",
        "",
        "Each question is a file in `dbt_project/analyses`. `make queries` writes this "
        f"page, with the answers for the {customers:,} customers of {as_of}. It leaves "
        "out answers about single persons or sellers, and rows of fewer than "
        f"{FEWEST_ON_PAGE} customers or orders.",
        "",
        "```sh",
        "olist-segments query                      # lists the questions",
        "olist-segments query win_back --set days=365 --rows 10",
        "olist-segments query win_back --to win_back.csv",
        "dbt show --select win_back --limit 10     # the same in dbt; for demo data,",
        "                                          # add --target demo",
        "dbt compile --select path:dbt_project/analyses",
        "duckdb -readonly olist_segments.duckdb \\",
        "    < target/compiled/olist_segments/dbt_project/analyses/win_back.sql",
        "```",
        "",
        "The last command needs DuckDB's own command line, 1.4 or newer. In dbt, a "
        "parameter is a variable, such as `--vars 'days: 365'`.",
        "",
        "A z-score is the distance of a number from a random draw, in standard "
        "deviations. It is beyond chance at 3 or more, or -3 or less. Where a random "
        "draw gives fewer than 5, at least 5 must be found, and the odds against that "
        "must be 740 to 1 or more. The columns of `segment_by_state` say more.",
        "",
    ]
    lines += [f"- [{one.text}](#{one.name})" for one in questions.values()]
    lines.append("")
    for question in questions.values():
        answer = known_columns(connection.sql(sql[question.name]), shop)
        lines += [*render_question(question), *_render_answer(question, answer), ""]
    return "\n".join(lines)


def render_question(question: Question) -> list[str]:
    """Write what a question asks and which columns its answer has.

    Parameters
    ----------
    question : Question

    Returns
    -------
    list of str
        Lines of Markdown.
    """
    lines = [f"## {question.name}", "", f"**{question.text}** {question.note}", ""]
    if question.parameters:
        lines += [
            f"- `--set {name}=`: {text}" for name, text in question.parameters.items()
        ]
        lines.append("")
    lines += ["| column | what it is |", "| --- | --- |"]
    lines += [f"| `{name}` | {text} |" for name, text in question.columns.items()]
    return [*lines, ""]


def _render_answer(question: Question, answer: duckdb.DuckDBPyRelation) -> list[str]:
    if question.has_rows_of_individuals:
        return [f"The answer has {len(answer):,} rows."]
    for column in {"customer_count", "order_count"} & set(answer.columns):
        answer = answer.filter(f"{column} >= {FEWEST_ON_PAGE}")
    count = len(answer)
    shown = answer.limit(ROWS_ON_PAGE).fetchall()
    lines = [table(answer.columns, [[_cell(one) for one in row] for row in shown])]
    if count > ROWS_ON_PAGE:
        lines += ["", f"The first {ROWS_ON_PAGE} of {count:,} rows."]
    return lines


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if not hasattr(value, "isoformat") else value.isoformat()
