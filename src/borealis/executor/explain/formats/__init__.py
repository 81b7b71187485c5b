"""An EXPLAIN's report as text: text.py for TEXT, document.py for the structure that JSON, YAML and XML share."""
