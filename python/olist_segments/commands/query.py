"""``olist-segments query``: the answer to a question, or to a query in SQL."""

import argparse
import contextlib
import io
import shutil
import sys
import textwrap
from pathlib import Path

import duckdb

from olist_segments.commands.common import add_target
from olist_segments.exports import check_ending, partial_path, write_answer
from olist_segments.project import (
    UserError,
    called,
    find_built,
    is_synthetic,
    project_root,
)
from olist_segments.questions import (
    Question,
    answerable,
    compile_question,
    explain_unknown,
    introduce,
    known_columns,
    list_questions,
    read_questions,
)
from olist_segments.shop import read_shop

HELP = (
    "Print the answer to a question, or to a query in SQL, which reads the database "
    "and nothing else."
)

ROWS = 40
RECORDS = 10
UNCUT = 100_000


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "query",
        nargs="?",
        help="name of a question, or SQL; without it, list the questions",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the question",
    )
    parser.add_argument(
        "--rows",
        type=_positive,
        help=f"rows to print ({ROWS}, or {RECORDS} where a table would be too wide)",
    )
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help="write all rows to a .csv or .parquet"
    )
    add_target(parser)


def run(options: argparse.Namespace) -> int:
    """Print or write the answer."""
    if options.to:
        check_ending(options.to)
    root = project_root()
    questions = read_questions(root)
    if options.query is None:
        print(list_questions(_known(questions, root, options.target)))
        return 0
    target, database = find_built(root, options.target)
    sql = options.query
    duckdb.connect(str(database), read_only=True).close()  # fails if it is held
    if sql.isidentifier():
        if sql not in questions:
            with duckdb.connect(str(database), read_only=True) as connection:
                shown = connection.sql("show tables").fetchall()
            raise UserError(
                explain_unknown(sql, questions, {name for (name,) in shown}, root=root)
            )
        with duckdb.connect(str(database), read_only=True) as connection:
            shop = read_shop(connection)
        lacking = shop.lacking(questions[sql].needs)
        if lacking:
            return _refuse(sql, lacking, options.to)
        questions = answerable(questions, shop)
        sql = compile_question(questions, sql, options.set, root=root, target=target)
    elif options.set:
        raise UserError("--set is for questions, and this is SQL")
    with duckdb.connect(str(database), read_only=True) as connection:
        is_made_up = is_synthetic(connection)
        _lock(connection, options.to)
        statements = len(connection.extract_statements(sql))
        if statements > 1:
            raise UserError(f"these are {statements} statements: run them one by one")
        try:
            answer = connection.sql(sql)
        except duckdb.PermissionException as error:
            raise UserError(
                f"a query here reads {database} and no other file, writes only what "
                "--to names, and installs nothing: for more, open the database in "
                "DuckDB itself"
            ) from error
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            if sql == options.query:  # SQL, not a question
                raise
            raise UserError(
                f"{database} lacks tables or columns of {options.query}: run "
                f"`{called('build')}` first"
            ) from error
        if answer is None:  # a statement without an answer, such as use
            return 0
        if is_made_up:
            print("The answer is about SYNTHETIC data.", file=sys.stderr)
        if options.query in questions:
            answer = known_columns(answer, shop)
            print(introduce(questions[options.query]) + "\n")
        count = len(answer)
        if options.to:
            write_answer(answer, options.to)
            print(f"Wrote {count:,} rows to {options.to}")
            return 0
        rows = options.rows or ROWS
        text = _table(answer, rows)
        width = shutil.get_terminal_size().columns
        if sys.stdout.isatty() and text.index("\n") > width:
            rows = options.rows or RECORDS
            text = as_records(answer.columns, answer.limit(rows).fetchall(), width)
        print(text)
        if count > rows:
            print(
                f"\nThe first {rows:,} of {count:,} rows. --rows shows more, "
                "--to FILE.csv writes all."
            )
    return 0


def as_records(columns: list[str], rows: list[tuple], width: int) -> str:
    """Write rows one below the other, each column on a line, so that nothing is cut.

    Parameters
    ----------
    columns : list of str
    rows : list of tuple
        One value per column; None is left blank.
    width : int
        Characters in a line of the terminal. Longer values continue below.

    Returns
    -------
    str
        Rows with a blank line between them.
    """
    indent = max(map(len, columns)) + 2
    records = []
    for row in rows:
        lines = []
        for column, value in zip(columns, row, strict=True):
            text = "" if value is None else str(value)
            wrapped = textwrap.wrap(text, max(width - indent, 20)) or [""]
            lines.append(f"{column:{indent}}{wrapped[0]}".rstrip())
            lines += [" " * indent + more for more in wrapped[1:]]
        records.append("\n".join(lines))
    return "\n\n".join(records)


def _table(answer: duckdb.DuckDBPyRelation, rows: int) -> str:
    """Draw rows as DuckDB does, however wide they are."""
    drawn = io.StringIO()
    with contextlib.redirect_stdout(drawn):
        answer.limit(rows).show(max_width=UNCUT, max_col_width=UNCUT, max_rows=rows)
    return drawn.getvalue().rstrip("\n")


def _known(
    questions: dict[str, Question], root: Path, target: str | None
) -> dict[str, Question]:
    """Leave out questions that the shop has no data for, if there is a database."""
    try:
        _, database = find_built(root, target)
        with duckdb.connect(str(database), read_only=True) as connection:
            return answerable(questions, read_shop(connection))
    except UserError:
        return questions


def _refuse(name: str, lacking: str, to: Path | None) -> int:
    """Answer that there is nothing to answer with."""
    if to:
        raise UserError(f"{lacking}, so there is no answer to {name}")
    print(f"{lacking[0].upper()}{lacking[1:]}.")
    return 0


def _lock(connection: duckdb.DuckDBPyConnection, to: Path | None) -> None:
    """Let SQL read no file but the database, write none but `to`, install nothing."""
    written = [str(partial_path(to))] if to else []
    connection.execute("set allowed_paths = $1", [written])
    connection.execute("set python_enable_replacements = false")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of rows, 1 or more")
    return int(text)
