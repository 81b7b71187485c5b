"""to_char, to_number, to_date, to_timestamp: values to text and back by a template.

    templates         a template cut into patterns, separators and other characters
    datetime_patterns the patterns of dates and times
    datetime_fields   what to_char shows of a timestamp or an interval
    datetime_writer   to_char over dates and times
    datetime_reader   to_date, to_timestamp: text to fields, leniently
    datetime_settle   fields to a date and time
    number_template   a number's template: digits, sign, point, special forms
    number_writer     to_char over numbers
    number_reader     to_number
    functions         what SQL calls

Templates are compiled once and kept. Locale is C: English names, "." and "," in numbers, a blank for the currency.
Source: PostgreSQL 16 documentation 9.8; recorded in tests/oracle/functions/formatting_*.tsv.
"""
