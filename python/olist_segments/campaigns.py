"""Campaigns: who is left out as a control group, and who was listed when."""

import math
import unicodedata
from dataclasses import dataclass

import duckdb

from olist_segments.project import UserError
from olist_segments.sql import literal

MAX_LENGTH = 100
NAME_RULE = f"a text of at most {MAX_LENGTH} characters on one line, without \\"
MAX_CONTROL_SHARE = 0.9
CONTROL_RULE = f"a share from 0 to {MAX_CONTROL_SHARE}, such as 0.1"
# No build makes it, so no build replaces it.
TABLE = "campaigns.listed_customers"


@dataclass(frozen=True)
class Campaign:
    """A campaign that members of segments are listed for.

    Attributes
    ----------
    name : str
    control_share : float
        Share of customers that it leaves out, from 0 to `MAX_CONTROL_SHARE`.
    """

    name: str
    control_share: float


def is_name(name: object) -> bool:
    """Return whether a campaign may have this name, by `NAME_RULE`.

    Parameters
    ----------
    name : object

    Returns
    -------
    bool
        False also if it begins or ends with a space.
    """
    return (
        isinstance(name, str)
        and 0 < len(name) <= MAX_LENGTH
        and name == name.strip()
        and name.isprintable()
        and "\\" not in name
    )


def choose_campaign(
    connection: duckdb.DuckDBPyConnection, name: str | None, share: float | None
) -> Campaign | None:
    """Find out which campaign an export is for.

    Parameters
    ----------
    connection : DuckDBPyConnection
        A built database.
    name : str, optional
        As it was asked for; by default the variable campaign of the build.
    share : float, optional
        As it was asked for; by default that of the campaign's earlier exports, else
        the variable control_share of the build, else 0.

    Returns
    -------
    Campaign or None
        None without a campaign.

    Raises
    ------
    UserError
        If the name cannot be used or only differs in capitals from another one, there
        is a share without a campaign, or the campaign was exported before with another
        share, or on a later day.
    """
    standing, standing_share = connection.sql(
        "select max(campaign), max(control_share) from segment_members"
    ).fetchall()[0]
    if name is None and standing is None:
        if share is not None:
            raise UserError(
                "--control-share needs --campaign, as the campaign's name decides who "
                "is left out"
            )
        return None
    name = unicodedata.normalize("NFC", standing if name is None else name).strip()
    if not is_name(name):
        raise UserError(f"--campaign {name!r} cannot be used: it must be {NAME_RULE}")
    ((as_of,),) = connection.sql(
        "select max(as_of_date) from customer_segments"
    ).fetchall()
    listed = [row for row in list_campaigns(connection) if _same(row[0], name)]
    for known, day, *_, known_share in listed:
        if known != name:
            raise UserError(
                f"there is a campaign called {known}: write it like that, or choose a "
                "name that differs in more than capitals"
            )
        if day > as_of:
            raise UserError(
                f"the campaign {name} was exported as of {day}, after {as_of}, the day "
                "of this build: choose another name"
            )
        if share not in (None, known_share):
            raise UserError(
                f"the campaign {name} was exported as of {day} with a control share of "
                f"{known_share:g}: leave out --control-share, or choose another name"
            )
    if share is None and listed:
        share = listed[0][-1]
    if share is None and name == standing:
        share = standing_share
    return Campaign(name, share or 0.0)


def is_control(campaign: Campaign | None, customer: str = "customer_unique_id") -> str:
    """Write the rule of the macro is_control for an export.

    Parameters
    ----------
    campaign : Campaign or None
    customer : str
        The column of the customer.

    Returns
    -------
    str
        SQL.
    """
    if campaign is None:
        return "false"
    limit = f"{math.floor(campaign.control_share * 0xFFFFFFFF):08x}"
    return (
        f"substr(md5(concat({literal(campaign.name)}, '|', {customer})), 1, 8) "
        f"< '{limit}'"
    )


def members(campaign: Campaign | None) -> str:
    """Write a query for the members of segments, as the campaign sees them.

    Parameters
    ----------
    campaign : Campaign or None

    Returns
    -------
    str
        SQL with the columns of segment_members.
    """
    if campaign is None:
        return "select * from segment_members"
    return (
        f"select * replace ({literal(campaign.name)} as campaign, "
        f"{campaign.control_share}::double as control_share, "
        f"{is_control(campaign)} as is_control) from segment_members"
    )


def remember(
    connection: duckdb.DuckDBPyConnection, campaign: Campaign, exported: str
) -> int:
    """Remember whom a campaign has listed and left out.

    Who was listed or left out before stays as it was then.

    Parameters
    ----------
    connection : DuckDBPyConnection
        A built database, open for writing.
    campaign : Campaign
    exported : str
        SQL for the members that were exported, with the columns of segment_members.

    Returns
    -------
    int
        Number of customers that are new to the campaign.
    """
    connection.execute("create schema if not exists campaigns")
    connection.execute(
        f"""
        create table if not exists {TABLE} (
            campaign varchar not null,
            listed_at date not null,
            customer_unique_id varchar not null,
            segment_id integer not null,
            segment_key varchar not null,
            segment_name varchar not null,
            control_share double not null,
            is_control boolean not null
        )
        """
    )
    name = literal(campaign.name)
    ((added,),) = connection.execute(
        f"""
        insert into {TABLE} by name
        select campaign, as_of_date as listed_at, customer_unique_id, segment_id,
            segment_key, segment_name, control_share, is_control
        from ({exported}) as members
        inner join segments using (segment_key, segment_name)
        where customer_unique_id not in
            (select customer_unique_id from {TABLE} where campaign = {name})
        order by customer_unique_id
        """
    ).fetchall()
    return added


def list_campaigns(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    """List what was exported for campaigns.

    Parameters
    ----------
    connection : DuckDBPyConnection
        A built database.

    Returns
    -------
    list of tuple
        Per campaign, day and segment: the three, how many customers were listed and
        how many left out, both for the first time, and the control share asked for.
    """
    known = connection.sql(
        "select 1 from information_schema.tables "
        "where table_schema = 'campaigns' and table_name = 'listed_customers' "
        "and table_catalog = current_database()"
    ).fetchall()
    if not known:
        return []
    return connection.sql(
        f"""
        select campaign, listed_at, segment_key, count(*) filter (where not is_control),
            count(*) filter (where is_control), any_value(control_share)
        from {TABLE}
        group by campaign, listed_at, segment_id, segment_key
        order by min(listed_at) over (partition by campaign), campaign, listed_at,
            segment_id
        """
    ).fetchall()


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
