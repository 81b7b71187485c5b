"""Catalog: relations, attributes, constraints, indexes, as frozen values cached by catalog version."""
