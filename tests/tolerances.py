"""Every tolerance of the tests, with its unit and its reason. The default is exact equality."""

FLOAT32_SUM = 1e-5
"""Linear, relative to the largest sample: a graph sums in float32, its reference in float64."""
