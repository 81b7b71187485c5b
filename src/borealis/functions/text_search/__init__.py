"""Full text search with the one configuration DSQL has, `simple`.

    word_parser, word_states   the default parser: a document to tokens
    configuration              `simple`, its dictionary, the token types
    documents                  to_tsvector, of text, json and jsonb
    queries                    to_tsquery and its kin, operators that join queries
    matching                   @@
    vectors                    setweight, ts_delete, ||, unnest
    query_order, comparing     order of queries and vectors
    rewriting                  ts_rewrite
    ranking, cover_ranking     ts_rank, ts_rank_cd
    headlines                  ts_headline: headline_options, headline_words, headline_choice
    rows                       ts_parse, ts_token_type, ts_debug

Left out: ts_stat and ts_rewrite(tsquery, text), which run statements; the notices that a query has no lexemes and that a word
is too long.
Source: PostgreSQL 16 documentation chapter 12 and 9.13; recorded in tests/oracle/functions/text_search*.tsv.
"""
