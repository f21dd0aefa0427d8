"""How fast is the kit, beside the same work without it?

    python -m tests.bench                 all benches; var/bench/report.json and a table
    python -m tests.bench local_query     only these

Each module in `benches/` measures one thing and returns its rows. A ratio is taken side by side in one run,
interleaved, by medians, so that it survives a slow or busy machine.
"""
