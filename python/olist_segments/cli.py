"""The command line: build, query, export, docs, study, demo data and the rest."""

import argparse
import codecs
import io
import os
import signal
import sys

import colorama
import duckdb

from olist_segments.commands import (
    build,
    campaigns,
    connect,
    demo_data,
    demo_report,
    docs,
    export,
    forget,
    notebooks,
    parity,
    query,
    questions,
    replay,
    report,
    study,
    summary,
)
from olist_segments.project import DbtError, UserError, explain

COMMANDS = {
    "connect": connect,
    "build": build,
    "replay": replay,
    "docs": docs,
    "summary": summary,
    "query": query,
    "questions": questions,
    "export": export,
    "campaigns": campaigns,
    "forget": forget,
    "report": report,
    "study": study,
    "notebooks": notebooks,
    "parity": parity,
    "demo-data": demo_data,
    "demo-report": demo_report,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : list of str, optional
        Arguments of the command line; those of the process by default.

    Returns
    -------
    int
        0 if all went well; 1 if something failed while it ran, such as a model, a
        test, a query or a notebook; 2 if the input or the call cannot be used; 3 if
        everything was built but a refit is due, which only `build --fail-on-drift`
        returns; 130 if it was interrupted, 143 if terminated, 129 if its terminal was
        closed; 141 if the reader of its output has gone.
    """
    parser = argparse.ArgumentParser(prog="olist-segments", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        text = module.HELP
        command = commands.add_parser(name, help=text, description=text)
        module.add_options(command)
        command.set_defaults(run=module.run)
    colorama.just_fix_windows_console()  # colours, and lines written over
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a test may replace it
            # In a log, what both say stands in the order in which it was said.
            stream.reconfigure(errors="plain", line_buffering=True)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt as stopped:
        return 128 + (stopped.args or (signal.SIGINT,))[0]
    except BrokenPipeError:  # as by `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # 128 + SIGPIPE, which Windows lacks
    except UserError as error:
        return _say(error, 2)
    except DbtError as error:
        return _say(error, error.code)
    except duckdb.IOException as error:
        return _say(explain(error), 2)
    except duckdb.Error as error:
        return _say(error, 1)
    except RuntimeError as error:
        if str(error) != "Query interrupted":  # what DuckDB makes of Ctrl-C
            raise
        return 128 + signal.SIGINT


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Draw tables with ASCII on a console that has no characters for them."""
    plain = {"│": "|", "║": "|", "─": "-", "═": "-"}
    text = error.object[error.start : error.end]
    boxes = [plain.get(one, "+" if "─" <= one <= "╿" else "?") for one in text]
    return "".join(boxes), error.end


def _say(message: object, code: int) -> int:
    """Print why a command failed, unless that was printed already; return its code."""
    if str(message):
        print(f"olist-segments: {message}", file=sys.stderr)
    return code
