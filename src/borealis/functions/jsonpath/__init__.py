"""jsonpath carried out over jsonb.

    errors      SQL/JSON's own error codes
    moments     what .datetime() reads: dates and times, compared and shown
    items       types, comparison and text of items
    evaluator   a path over a document: a generator of items
    functions   jsonb_path_exists, _match, _query and the operators

Source: PostgreSQL 16 documentation 9.16.2; recorded in tests/oracle/functions/jsonpath.tsv.
"""
