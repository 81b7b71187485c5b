"""The banking run: accounts, transfers from many clients, conflicts and retries, and a proof at the end.

bank.py is the application of the talk, clients.py the load, counters.py what is measured, screen.py what a person sees.
Source: re:Invent 2025 DAT401, dsql-facts.md §9.
"""
