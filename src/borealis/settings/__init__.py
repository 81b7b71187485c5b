"""Settings: the session parameters of a DSQL cluster, their values, and what SET, RESET and SHOW make of them.

    allow_list.py   the parameters that may be set, each with its check; any other is refused with DSQL's text
    fixed.py        parameters that can only be shown
    values.py       one session's values, and how a transaction's end keeps or undoes them

A check takes the text a client gave and returns the text SHOW answers, or raises what PostgreSQL raises. What a value
means (a search path, a Style) is for those who use it.
Source: dsql-facts.md §4.9; checks and texts after PostgreSQL 16, tests/unit/settings_recorded.jsonl.
"""
