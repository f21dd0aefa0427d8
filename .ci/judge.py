"""May a red rehearsal pass on a machine that others use too?

Only when nothing but a clock was against it: a wait that was too long, or a rate that was not reached. Everything
that is a matter of right and wrong (a lost write, a difference, a failed request, a step) must be good anywhere.
`make rehearse` itself knows no such excuse.
"""

import json
import sys
from pathlib import Path

MATTERS_OF_TIME = {"pauses_short", "no_stall", "load_heavy_enough"}


def main() -> int:
    report = json.loads(Path(sys.argv[1]).read_text())
    red = [check for check in report["checks"] if not check["ok"]]
    for check in red:
        kind = "slow" if check["name"] in MATTERS_OF_TIME else "WRONG"
        print(f"{kind}: {check['sentence']}")
    return int(any(check["name"] not in MATTERS_OF_TIME for check in red) or not report["checks"])


if __name__ == "__main__":
    sys.exit(main())
