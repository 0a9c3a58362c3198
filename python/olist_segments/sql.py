"""Texts and names, written into SQL."""


def literal(text: str) -> str:
    """Return a text for SQL, in quotes.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
    """
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a name for SQL, in double quotes.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
    """
    return '"' + name.replace('"', '""') + '"'
