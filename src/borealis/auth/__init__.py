"""Who may do what: AWS's signatures, identities and policies as values, without I/O.

    bytes of a request, or a token ─▶ sigv4 ─▶ which access key signed it ─▶ principals ─▶ Principal
    Principal, action, resource, conditions ─▶ policies.authorize ─▶ allowed, or why not

    sigv4        Signature Version 4: canonical requests, keys, signatures
    arn          Amazon Resource Names
    principals   account, users, roles, access keys: one frozen value, Identities
    sessions     temporary credentials, sealed in their own session token
    requests     an HTTP request signed by its Authorization header, or by its query ─▶ Principal
    tokens       an authentication token (a presigned URL without its scheme) ─▶ Principal
    policies/    IAM's policy language

Must hold: secrets are compared in constant time, and no refusal tells a stranger whether a key, user or role exists.
Source: AWS's public documentation of Signature Version 4 and of IAM; dsql-facts.md §2, §8.
"""
