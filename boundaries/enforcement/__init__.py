"""CHECK: is this allowed? Source, typed coupling graph, rules, baseline, reports."""
