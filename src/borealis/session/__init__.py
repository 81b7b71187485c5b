"""Session: from a client's messages to its answers.

    wire messages ─▶ Session.handle ─▶ simple.py (Query) ──────────┐
                                    └▶ extended.py (Parse … Sync) ─┴▶ commands/* ─▶ executor
                                                                        block.py: which transaction

A Command is one statement, ready to run; commands/ has a file a kind. A Portal is a command that runs, with its
parameters, formats and result. The Block says whether there is a transaction, and what may run in it. copy/ moves rows
between CopyData and statements. Everything that can be done at once is: handling a message answers None, or an awaitable
where a journal, a worker thread or a slow client has to be waited for.

Must hold: a client sees its own error, never ours; whatever fails leaves the session in a state ReadyForQuery can name.
Source: PostgreSQL 16 §55.2; dsql-facts.md §3, §4.
"""
