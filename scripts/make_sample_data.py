"""Write made-up landing files: a believable year of an AI product, or N events for benchmarks.

    python scripts/make_sample_data.py [--landing DIR] [--seed K]
    python scripts/make_sample_data.py --events 5000000 [--first-event K] [--events-per-year T]
        [--meters M]

The same arguments give the same bytes on every machine. Files of the same names are overwritten,
no other file is touched.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

from paths import get_paths
from sample_data.benchmark import write_benchmark
from sample_data.benchmark_meters import DEFAULT_METERS, MOST_METERS, benchmark_meters
from sample_data.landing_writer import LandingWriter
from sample_data.sample_year import write_year

DEFAULT_SEED = 1
MAXIMUM_EVENTS = 100_000_000
LONGEST_YEARS = 2


def main(arguments: list[str] | None = None) -> int:
    """Write the files that `arguments` (default: the command line) ask for.

    Returns:
        The exit code: 0, or 1 when a file cannot be written. Wrong arguments exit with 2.
    """
    options = _parse(arguments)
    writer = LandingWriter(options.landing)
    try:
        if options.events is None:
            counts = write_year(writer, options.seed)
        else:
            counts = write_benchmark(
                writer,
                seed=options.seed,
                first_event=options.first_event,
                event_count=options.events,
                events_per_year=options.events_per_year,
                meters=benchmark_meters(options.meters),
            )
        _report(writer, counts)
    except OSError as problem:
        print(f"Cannot write the sample data: {problem}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--landing", type=Path, help="landing folder (default: COST_INSIGHTS_LANDING or landing/)"
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed, other data")
    parser.add_argument(
        "--events", type=int, help="write so many benchmark events instead of the sample year"
    )
    parser.add_argument(
        "--first-event", type=int, help="number of the first benchmark event (default 0)"
    )
    parser.add_argument(
        "--events-per-year",
        type=int,
        help="events numbered below this fill the year, later ones follow it at the same pace "
        "(default: --first-event if given, else --events)",
    )
    parser.add_argument(
        "--meters",
        type=int,
        help=f"how many meters the benchmark has (default {DEFAULT_METERS})",
    )
    options = parser.parse_args(arguments)
    options.landing = options.landing.resolve() if options.landing else get_paths().landing
    if options.events is None:
        if {options.first_event, options.events_per_year, options.meters} != {None}:
            parser.error("--first-event, --events-per-year and --meters need --events")
        return options
    options.first_event = options.first_event or 0
    if options.events_per_year is None:
        options.events_per_year = options.first_event or options.events
    if not 0 <= options.first_event <= MAXIMUM_EVENTS:
        parser.error(f"--first-event must be from 0 to {MAXIMUM_EVENTS}")
    for name in ("events", "events_per_year"):
        if not 1 <= getattr(options, name) <= MAXIMUM_EVENTS:
            parser.error(f"--{name.replace('_', '-')} must be from 1 to {MAXIMUM_EVENTS}")
    if options.meters is None:
        options.meters = DEFAULT_METERS
    if not 1 <= options.meters <= MOST_METERS:
        parser.error(f"--meters must be from 1 to {MOST_METERS}")
    # Later events would lie in the future and be rejected.
    if options.first_event + options.events > LONGEST_YEARS * options.events_per_year:
        parser.error(f"more than {LONGEST_YEARS} years of events: raise --events-per-year")
    return options


def _report(writer: LandingWriter, counts: Counter[str]) -> None:
    size = sum(path.stat().st_size for path in writer.written)
    print(f"Wrote {len(writer.written)} files, {size / 1e6:,.1f} MB, into {writer.landing}:")
    for thing, count in counts.items():
        print(f"  {count:>11,} {thing}")
    others = writer.files_of_others()
    if others:
        print(
            "Files of the same names were overwritten. Other files in these folders were left as"
            f" they are and will be loaded too: {len(others)}, for example"
            f" {others[0].relative_to(writer.landing)}."
        )


if __name__ == "__main__":
    sys.exit(main())
