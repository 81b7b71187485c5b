"""uuid: sixteen bytes. Its comparisons are native."""
