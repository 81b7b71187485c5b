"""Transactions: snapshot, write set, intent, the adjudicator's rule, and the Journal they commit to. DESIGN §3."""
