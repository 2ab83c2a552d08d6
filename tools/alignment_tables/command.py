"""The command line of tools/alignment-table."""
import argparse
import json
import os
import sys
import tempfile

from . import fashion, flickr, report, unseen, wikipedia
from .runner import Failure, Newel

DESCRIPTION = """Makes the tables of ALIGNMENT.md: methods of 'newel align' on sets of pairs, as Markdown on standard output.

  fashion    two encoders trained apart: 39,072 pairs to fit, the 1,000 of split 'val' to find; R@1/5/10 both ways
  flickr     800 photos with five captions to fit, 200 to find, the mean of five splits; R@1/5/10 both ways
  wikipedia  2,173 labelled pairs to fit, 693 to find; mAP over classes both ways, beside published values
  unseen     the same, fitted on five of ten classes, for these and the five others; the mean of five splits

Times are those of the fit alone on this machine, by the clock, while nothing else should run (the last line says how busy it
was), and of all its cores together. Needs nothing but Python and the program. Exit status: 0 done, 1 failed, 2 wrong usage."""

TABLES = {"fashion": fashion, "flickr": flickr, "wikipedia": wikipedia, "unseen": unseen}


def parser(root):
    options = argparse.ArgumentParser(
        prog="tools/alignment-table", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("tables", nargs="*", metavar="TABLE", help=f"{', '.join(TABLES)} (default: all)")
    options.add_argument("--methods", metavar="NAME,...", help="only these, as 'newel align --method' calls them")
    options.add_argument("--data", default=os.environ.get("NEWEL_DATA"), metavar="FOLDER",
                         help="the evaluation data (default: NEWEL_DATA)")
    options.add_argument("--newel", default=os.path.join(root, ".build", "release", "newel"), metavar="PROGRAM",
                         help="the newel command (default: the release build)")
    options.add_argument("--json", action="store_true", help="print one JSON object with all figures in place of tables")
    return options


def main(root):
    options = parser(root)
    chosen = options.parse_args()
    for name in chosen.tables:
        if name not in TABLES:
            options.error(f"there is no table '{name}'; there are {', '.join(TABLES)}")
    results = {}
    try:
        if not chosen.data:
            raise Failure("There is no data; set NEWEL_DATA, or give --data.")
        for name in chosen.tables or TABLES:
            with tempfile.TemporaryDirectory() as work:
                newel = Newel(chosen.newel, work, chosen.methods.split(",") if chosen.methods else None)
                results[name] = TABLES[name].measure(newel, chosen.data, work)
            if not chosen.json:
                print("\n".join(TABLES[name].table(results[name])), flush=True)
        print(json.dumps(results, indent=2, ensure_ascii=False) if chosen.json else report.machine())
        return 0
    except Failure as failure:
        print(f"alignment-table: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("alignment-table: interrupted", file=sys.stderr)
        return 1
