"""The control plane: Aurora DSQL's API over HTTP, as AWS's clients speak it; and the bit of STS they need beside it.

    HTTP request ─▶ app ─▶ auth.requests: who signed it ─▶ model: which operation, are its parameters sound
                 ─▶ operations: may they (access), then do it (clusters, policies, tags) ─▶ JSON

    model        operations, shapes and constraints, read from botocore's service model
    validation   a request held against its input shape
    record       what is known of one cluster: a frozen value
    clusters     every record, and the changes of state
    operations   operation name ─▶ what answers it
    access       authorization by policies
    sts          AssumeRole and GetCallerIdentity
    errors       AWS's error shapes

Storage (directories, keys, processes) is the node's: it is asked through the protocols in `ports`.
Source: botocore's data/dsql/2018-05-10/service-2.json; dsql-facts.md §8.
"""
