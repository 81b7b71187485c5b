"""IAM's policy language: a policy's text to a value, and a request to a decision.

    parse     text ─▶ Policy(statements), or why IAM would not take it
    evaluate  Request(principal, action, resource, keys), the resource's policy ─▶ Decision

Source: AWS's IAM documentation, "Policy evaluation logic" and "IAM JSON policy element reference"; dsql-facts.md §2.7.
"""
