"""Plugin of dbt-core: checks what dbt is given before it reads the project.

dbt loads every module whose name begins with dbt_ and that has a list of plugins.
"""

from pathlib import Path

from dbt.flags import get_flags
from dbt.plugins import dbtPlugin
from dbt_common.exceptions import DbtRuntimeError
from olist_segments.variables import find_problems_of_variables


class Plugin(dbtPlugin):
    """Check the variables and the shop."""

    def initialize(self) -> None:
        """Refuse variables, a shop or settings that cannot be used.

        Raises
        ------
        DbtRuntimeError
            With one sentence per problem.
        """
        if self.project_name != "olist_segments":  # another project of this environment
            return
        flags = get_flags()
        problems = find_problems_of_variables(
            Path(flags.PROJECT_DIR), flags.VARS, command=flags.WHICH
        )
        if getattr(flags, "EMPTY", False):
            problems.append(
                "--empty cannot be used, as segments need customers: to try a change, "
                "build on demo data with --target demo"
            )
        if problems:
            raise DbtRuntimeError("\n".join(problems))


plugins = [Plugin]
