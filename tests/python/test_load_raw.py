"""Landing end to end: what is in the raw zone after a run, and after what may go wrong."""

import fcntl
import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from loading.arrow_stream import RecordStream
from loading.loader import RunResult, load_new_files
from loading.raw_zone import Load
from loading.sources import ENTITIES

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

COLUMNS = [
    ("record", "VARCHAR"),
    ("load_id", "VARCHAR"),
    ("source_file", "VARCHAR"),
    ("line_number", "BIGINT"),
    ("landing_problem", "VARCHAR"),
    ("loaded_at", "TIMESTAMP"),
]
NOON = datetime(2026, 1, 31, 12)
MICROSECOND = timedelta(microseconds=1)


class Silence:
    """A listener that hears nothing."""

    def waiting(self) -> None: ...
    def warned(self, sentence: str) -> None: ...
    def started(self, file: object, size: int) -> None: ...
    def read(self, count: int) -> None: ...
    def landed(self, load: Load) -> None: ...
    def skipped(self, skipped: object) -> None: ...
    def failed(self, failure: object) -> None: ...


class Place:
    """A landing folder and a raw zone of one test."""

    def __init__(self, root: Path) -> None:
        self.landing = root / "landing"
        self.raw = root / "raw"
        self.landing.mkdir()

    def put(self, name: str, content: bytes | str) -> Path:
        """Write a file of the landing folder."""
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def put_parquet(self, name: str, query: str) -> Path:
        """Write a Parquet file of the landing folder."""
        path = self.put(name, b"")
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'Asia/Kolkata'")
            connection.execute(f"copy ({query}) to '{path}' (format parquet)")
        return path

    def load(self, loaded_at: datetime | None = None, listener: object = None) -> RunResult:
        """Run the loader in this process."""
        return load_new_files(self.landing, self.raw, loaded_at, listener or Silence())

    def start(self, *arguments: str, script: str = "load_raw.py") -> subprocess.Popen:
        """Start a script in a process of its own, from another working directory."""
        environment = os.environ | {
            "COST_INSIGHTS_LANDING": str(self.landing),
            "COST_INSIGHTS_RAW": str(self.raw),
        }
        return subprocess.Popen(
            [sys.executable, SCRIPTS / script, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd="/",
        )

    def run(self, *arguments: str, script: str = "load_raw.py") -> tuple[int, str, str]:
        """Run a script; exit code, stdout, stderr."""
        process = self.start(*arguments, script=script)
        stdout, stderr = process.communicate(timeout=60)
        return process.returncode, stdout, stderr

    def query(self, select: str, ending: str = "order by source_file, line_number") -> list[tuple]:
        """Query all rows as dbt reads them."""
        with duckdb.connect() as connection:
            return connection.execute(
                f"select {select} from read_parquet('{self.raw}/*/*/*.parquet') {ending}"
            ).fetchall()

    def records(self) -> list[str]:
        """All records, in the order of files and lines."""
        return [record for (record,) in self.query("record")]

    def loads(self) -> list[dict[str, str]]:
        """The key-values of each landed file, in load order."""
        files = [path for path in self.raw.glob("*/*/*.parquet") if path.name != "_empty.parquet"]
        return sorted(map(key_values_of, files), key=lambda load: load["loaded_at"])


def key_values_of(path: Path) -> dict[str, str]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select decode(key), decode(value) from parquet_kv_metadata(?)", [str(path)]
        ).fetchall()
    return dict(rows)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


class TestRawZone:
    def test_a_file_lands_with_all_that_is_known_of_it(self, place: Place) -> None:
        content = b'{"a":1}\n\n{"a":2}'
        place.put("polar/events/2026/01/a.ndjson", content)
        result = place.load(NOON)
        load_id = hashlib.sha256(b"polar\0events\0" + content).hexdigest()
        source_file = "polar/events/2026/01/a.ndjson"
        assert result.landed == [Load(load_id, "polar", "events", source_file, 2, NOON)]
        assert place.query("*") == [
            ('{"a":1}', load_id, source_file, 1, None, NOON),
            ('{"a":2}', load_id, source_file, 3, None, NOON),
        ]

    def test_the_footer_tells_the_load_without_its_rows(self, place: Place) -> None:
        place.put("polar/events/it's.ndjson", "1\n2\n3\n")
        [load] = place.load(NOON).landed
        path = place.raw / "polar" / "events" / f"{load.load_id}.parquet"
        assert key_values_of(path) == {
            "load_id": load.load_id,
            "source_system": "polar",
            "entity": "events",
            "source_file": "polar/events/it's.ndjson",
            "loaded_at": "2026-01-31T12:00:00.000000",
        }
        with duckdb.connect() as connection:
            footer = connection.execute(
                "select num_rows from parquet_file_metadata(?)", [str(path)]
            ).fetchall()
            codecs = connection.execute(
                "select distinct compression from parquet_metadata(?)", [str(path)]
            ).fetchall()
        assert footer == [(3,)]
        assert codecs == [("ZSTD",)]

    @pytest.mark.parametrize("has_landing", [True, False])
    def test_every_entity_can_be_read_when_nothing_was_landed(
        self, place: Place, has_landing: bool
    ) -> None:
        if not has_landing:
            place.landing.rmdir()
        assert place.load() == RunResult()
        for source_system, entities in ENTITIES.items():
            for entity in entities:
                path = place.raw / source_system / entity / "_empty.parquet"
                with duckdb.connect() as connection:
                    described = connection.execute(f"describe from '{path}'").fetchall()
                    rows = connection.execute(f"from '{path}'").fetchall()
                assert [row[:2] for row in described] == COLUMNS
                assert rows == []

    def test_a_landed_file_has_the_columns_of_the_empty_one(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        place.put_parquet("polar/events/a.parquet", "select 1 as a")
        place.put("polar/orders/empty.csv", "")
        place.load()
        for load in place.loads():
            path = place.raw / load["source_system"] / load["entity"] / load["load_id"]
            with duckdb.connect() as connection:
                described = connection.execute(f"describe from '{path}.parquet'").fetchall()
            assert [row[:2] for row in described] == COLUMNS

    @pytest.mark.parametrize("name", ["a.ndjson", "a.json", "a.csv", "a.jsonl"])
    def test_an_empty_file_is_landed_once(self, place: Place, name: str) -> None:
        place.put(f"polar/events/{name}", "")
        [load] = place.load().landed
        assert load.row_count == 0
        assert place.records() == []
        assert place.load().landed == []

    def test_only_parquet_files_are_where_dbt_looks(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        place.load()
        names = {path.name for path in (place.raw / "polar" / "events").iterdir()}
        assert names == {"_empty.parquet", place.loads()[0]["load_id"] + ".parquet"}


class TestExactlyOnce:
    def test_the_same_content_under_another_name_lands_nothing(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        place.put("polar/events/b/c.jsonl", "1\n")
        result = place.load()
        assert [load.source_file for load in result.landed] == ["polar/events/a.ndjson"]
        assert [skip.source_file for skip in result.skipped] == ["polar/events/b/c.jsonl"]
        (place.landing / "polar/events/a.ndjson").unlink()
        place.put("polar/events/d.ndjson", "1\n")
        assert place.load().landed == []
        assert place.records() == ["1"]

    def test_the_same_content_of_another_entity_is_another_load(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        place.put("polar/orders/a.ndjson", "1\n")
        place.put("openmeter/events/a.ndjson", "1\n")
        assert len({load.load_id for load in place.load().landed}) == 3

    def test_a_file_that_grew_is_a_new_load(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        place.load()
        place.put("polar/events/a.ndjson", "1\n2\n")
        [load] = place.load().landed
        assert load.row_count == 2
        assert place.records() == ["1", "1", "2"]

    def test_a_changed_file_of_the_same_size_and_time_is_seen(self, place: Place) -> None:
        path = place.put("polar/events/a.ndjson", "1\n")
        time.sleep(2.1)  # until the file is at rest and its fingerprint is noted
        place.load()
        assert "a.ndjson" in (place.raw / ".seen_files.json").read_text()
        times = path.stat().st_atime_ns, path.stat().st_mtime_ns
        path.write_text("2\n")
        os.utime(path, ns=times)
        assert len(place.load().landed) == 1
        assert sorted(place.records()) == ["1", "2"]

    @pytest.mark.parametrize("notes", ["", "[]", "{"])
    def test_lost_notes_cost_time_only(self, place: Place, notes: str) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        place.load()
        (place.raw / ".seen_files.json").write_text(notes)
        result = place.load()
        assert (len(result.landed), len(result.skipped)) == (0, 1)

    def test_two_loaders_at_once_land_each_file_once(self, place: Place) -> None:
        for number in range(30):
            place.put(f"polar/events/{number}.ndjson", f"{number}\n" * 1000)
        loaders = [place.start("--json") for _ in range(2)]
        outputs = [loader.communicate(timeout=60) for loader in loaders]
        assert [loader.returncode for loader in loaders] == [0, 0]
        results = [json.loads(stdout) for stdout, _ in outputs]
        landed = [load["load_id"] for result in results for load in result["landed"]]
        assert len(landed) == len(set(landed)) == 30
        assert len(place.records()) == 30_000

    def test_a_loader_says_that_it_waits_for_another(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        place.raw.mkdir()
        with (place.raw / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            loader = place.start()
            message = loader.stderr.readline()
            assert place.raw.joinpath("polar").exists() is False
        stdout, _ = loader.communicate(timeout=60)
        assert message == "Another run is landing files; waiting for it to finish.\n"
        assert "1 file landed" in stdout


class TestLoadTimes:
    def test_pinned_times_count_up_from_the_one_given(self, place: Place) -> None:
        for name in ("polar/orders/a.ndjson", "polar/events/b.ndjson", "polar/events/a.ndjson"):
            place.put(name, name)
        result = place.load(NOON)
        assert [(load.source_file, load.loaded_at) for load in result.landed] == [
            ("polar/events/a.ndjson", NOON),
            ("polar/events/b.ndjson", NOON + MICROSECOND),
            ("polar/orders/a.ndjson", NOON + 2 * MICROSECOND),
        ]

    @pytest.mark.parametrize("is_forgotten", [False, True])
    def test_no_load_time_is_ever_before_an_earlier_one(
        self, place: Place, is_forgotten: bool
    ) -> None:
        future = datetime(2100, 1, 1)
        place.put("polar/events/a.ndjson", "1\n")
        place.load(future)
        for number, loaded_at in enumerate([NOON, None, future], start=1):
            if is_forgotten:
                (place.raw / ".last_loaded_at").unlink()
            place.put("reference/exchange_rates/a.csv", f"rate\n{number}\n")
            [load] = place.load(loaded_at).landed
            assert load.loaded_at == future + number * MICROSECOND

    def test_the_clock_is_read_in_utc(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        before = datetime.now(UTC).replace(tzinfo=None)
        [load] = place.load().landed
        assert before <= load.loaded_at <= datetime.now(UTC).replace(tzinfo=None)

    def test_an_offset_on_the_command_line_is_converted(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        place.run("--loaded-at", "2026-01-31T17:30:00+05:30")
        assert place.query("loaded_at") == [(NOON,)]


RECORDS = ['{"id":"1","amount":99999.999999999999}', '{"id":"2","amount":1.10}']
CONTENTS = {
    ".ndjson": "\n".join(RECORDS),
    ".jsonl": "\r\n".join(RECORDS) + "\r\n",
    ".json": '{"items": [' + ",\n".join(RECORDS) + '], "pagination": {"max_page": 1}}',
    ".csv": "id,amount\r\n1,99999.999999999999\r\n2,1.10\r\n",
}
PARQUET_RECORDS = ['{"id":"1","amount":99999.999999999999}', '{"id":"2","amount":1.100000000000}']
COMPRESS = {"": bytes, ".gz": gzip.compress, ".zst": zstd.compress}


class TestFormats:
    @pytest.mark.parametrize("compression", COMPRESS)
    @pytest.mark.parametrize("suffix", CONTENTS)
    def test_every_format_and_compression_gives_the_same_records(
        self, place: Place, suffix: str, compression: str
    ) -> None:
        content = COMPRESS[compression](CONTENTS[suffix].encode())
        place.put(f"polar/orders/an [odd]* name{suffix}{compression}", content)
        assert place.load().failed == []
        assert place.records() == RECORDS

    @pytest.mark.parametrize("compression", COMPRESS)
    def test_parquet_too(self, place: Place, compression: str) -> None:
        path = place.put_parquet(
            "polar/orders/plain.parquet",
            "select '1' as id, 99999.999999999999::decimal(38, 12) as amount"
            " union all select '2', 1.10",
        )
        content = COMPRESS[compression](path.read_bytes())
        path.unlink()
        place.put(f"polar/orders/an [odd]* name.parquet{compression}", content)
        assert place.load().failed == []
        assert place.query("record, line_number") == list(zip(PARQUET_RECORDS, [1, 2], strict=True))

    def test_upper_case_and_several_compressed_parts_are_fine(self, place: Place) -> None:
        place.put("polar/events/A.NDJSON.GZ", gzip.compress(b"1\n") + gzip.compress(b"2\n"))
        place.put("polar/events/b.jsonl.zst", zstd.compress(b"3\n") + zstd.compress(b"4\n"))
        assert place.load().failed == []
        assert place.records() == ["1", "2", "3", "4"]

    @pytest.mark.parametrize(
        ("sql", "json_text"),
        [
            ("12345678901234567890123::decimal(38, 0)", "12345678901234567890123"),
            ("99999.999999999999::decimal(38, 12)", "99999.999999999999"),
            ("-0.5::decimal(3, 2)", "-0.50"),
            ("18446744073709551615::ubigint", "18446744073709551615"),
            ("(-7)::tinyint", "-7"),
            ("0.1::double", "0.1"),
            ("0.1::float", "0.1"),
            ("1e-7::double", "1e-07"),
            ("'nan'::double", '"nan"'),
            ("true", "true"),
            ("timestamp '2026-01-31 12:00:00.000123'", '"2026-01-31T12:00:00.000123Z"'),
            ("timestamptz '2026-01-31 12:00:00+05:30'", '"2026-01-31T06:30:00Z"'),
            ("timestamp_ns '2026-01-31 12:00:00.000000123'", '"2026-01-31T12:00:00.000000123Z"'),
            ("timestamp_ms '2026-01-31 12:00:00.12'", '"2026-01-31T12:00:00.12Z"'),
            ("date '2026-01-31'", '"2026-01-31"'),
            ("'a\"b\\' || chr(10) || 'é'", '"a\\"b\\\\\\né"'),
            ("'a' || chr(0)", '"a\\u0000"'),
            ("{'a': 1.10, 'b': null, 'c': [1, null]}", '{"a":1.10,"c":[1,null]}'),
            ("[{'a': [[1.5]]}, null]", '[{"a":[[1.5]]},null]'),
            ("[]::integer[]", "[]"),
            ("map {'k\"': 1.10, 'n': null}", '{"k\\"":1.10,"n":null}'),
            ("map {1: [map {2: 3}]}", '{"1":[{"2":3}]}'),
            ("'{\"a\": 99999.999999999999}'::json", '{"a": 99999.999999999999}'),
        ],
    )
    def test_parquet_values_keep_every_digit(self, place: Place, sql: str, json_text: str) -> None:
        place.put_parquet("polar/orders/a.parquet", f"select {sql} as value, null::int as nothing")
        assert place.load().failed == []
        assert place.records() == [f'{{"value":{json_text}}}']

    @pytest.mark.parametrize(
        ("text", "json_text"),
        [
            ('{"a": 1.10}', '{"a": 1.10}'),
            (" [1]", " [1]"),
            ("null", "null"),
            ("nullable", '"nullable"'),
            ('"text"', '"\\"text\\""'),
            ('{"a"', '"{\\"a\\""'),
        ],
    )
    def test_json_in_a_parquet_text_column_is_embedded(
        self, place: Place, text: str, json_text: str
    ) -> None:
        place.put_parquet("polar/orders/a.parquet", f"select '{text}' as metadata")
        assert place.load().failed == []
        assert place.records() == [f'{{"metadata":{json_text}}}']

    def test_other_text_columns_stay_text(self, place: Place) -> None:
        place.put_parquet("polar/orders/a.parquet", """select '{"a":1}' as "na""me", '00' as id""")
        place.load()
        assert place.records() == ['{"na\\"me":"{\\"a\\":1}","id":"00"}']

    def test_long_parquet_rows_are_accounted_for(self, place: Place) -> None:
        place.put_parquet("polar/orders/a.parquet", "select repeat('x', 17 * 1024 * 1024) as a")
        place.load()
        assert place.query("record, line_number, landing_problem") == [(None, 1, "line_too_long")]


hostile_files = st.lists(
    st.sampled_from([b"\n", b"\r", b" ", b"\x00", b"\x01", b"\x1f", b"\t", b'"', b"'", b"\\", b","])
    | st.sampled_from([b"a", "é".encode(), "\u2028".encode(), b"\xff", b"\xc3", b"\x1a"]),
    max_size=40,
).map(b"".join)


class TestHostileLines:
    @settings(max_examples=15, deadline=None)
    @given(contents=st.lists(hostile_files, max_size=10, unique=True))
    def test_any_bytes_come_out_of_the_parquet_file_as_they_were(
        self, contents: list[bytes], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        place = Place(tmp_path_factory.mktemp("hostile"))
        for position, content in enumerate(contents):
            place.put(f"polar/events/{position}.ndjson", content)
        place.load()
        assert place.query("source_file, line_number, record") == [
            (
                f"polar/events/{position}.ndjson",
                number,
                line.removesuffix(b"\r").decode(errors="replace"),
            )
            for position, content in enumerate(contents)
            for number, line in enumerate(content.split(b"\n"), start=1)
            if line.strip()
        ]

    def test_problems_are_marked_on_their_line_only(self, place: Place) -> None:
        lines = [b'{"a":1}', b"", b"\xff", b"x" * (16 * 1024 * 1024 + 1), b" \t", "é".encode()]
        place.put("polar/events/a.ndjson", b"\xef\xbb\xbf" + b"\r\n".join(lines))
        place.load()
        assert place.query("line_number, record, landing_problem") == [
            (1, '{"a":1}', None),
            (3, "\ufffd", "invalid_encoding"),
            (4, None, "line_too_long"),
            (6, "é", None),
        ]

    def test_many_batches_keep_their_line_numbers(self, place: Place) -> None:
        count = 200_000
        lines = [f'{{"line":{number},"filler":"{"x" * 80}"}}' for number in range(1, count + 1)]
        lines[123_456] = ""
        place.put("polar/events/a.ndjson", "\n".join(lines))
        [load] = place.load().landed
        assert load.row_count == count - 1
        is_wrong = "line_number <> cast(record ->> 'line' as bigint)"
        assert place.query(f"count(*) filter (where {is_wrong})", "") == [(0,)]


class TestFailures:
    def test_a_cut_off_file_fails_alone(self, place: Place) -> None:
        whole = gzip.compress(random.Random(1).randbytes(10_000).hex().encode() + b"\n")
        place.put("polar/events/cut.ndjson.gz", whole[:-500])
        place.put("polar/events/zz.ndjson.gz", whole)
        code, stdout, stderr = place.run()
        assert code == 1
        assert stderr == (
            "polar/events/cut.ndjson.gz is not landed: "
            "it is cut off: its compressed data end too early.\n"
        )
        assert "1 file landed with 1 rows, 0 already landed, 1 failed." in stdout
        assert [load["source_file"] for load in place.loads()] == ["polar/events/zz.ndjson.gz"]

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("a.ndjson.gz", b"no gzip", "its compressed data are damaged"),
            (
                "a.ndjson.gz",
                gzip.compress(b"1\n", mtime=0)[:-1] + b"x",
                "its compressed data are damaged",
            ),
            ("a.ndjson.gz", b"", "it is empty, which no .gz file is"),
            ("a.ndjson.zst", b"no zstd", "its compressed data are damaged"),
            ("a.ndjson.zst", zstd.compress(b"1\n" * 100)[:-3], "it is cut off"),
            ("a.csv.zst", zstd.compress(b"a\n" * 100)[:-3], "it is cut off"),
            ("a.json.gz", gzip.compress(b"[1]", mtime=0)[:-9], "it is cut off"),
            ("a.parquet", b"PAR1 no parquet PAR1", "it is not a readable Parquet file"),
            ("a.parquet", b"", "it is not a readable Parquet file"),
            ("a.parquet.gz", gzip.compress(b"PAR1", mtime=0)[:-9], "it is cut off"),
            (
                "a.json",
                b'[{"a":1}',
                "it is not JSON at line 1, column 1: a bracket is never closed",
            ),
            ("a.csv", b"a,b\n1,2,3\n", "line 2 has 3 cells, the header has 2"),
        ],
    )
    def test_a_damaged_file_says_why_and_lands_nothing(
        self, place: Place, name: str, content: bytes, reason: str
    ) -> None:
        place.put(f"polar/events/{name}", content)
        place.put("polar/events/good.ndjson", "1\n")
        result = place.load()
        [failure] = result.failed
        assert failure.reason.startswith(reason)
        assert "\n" not in failure.reason
        assert place.records() == ["1"]

    def test_a_parquet_type_without_json_form_is_named(self, place: Place) -> None:
        place.put_parquet("polar/events/a.parquet", "select [{'x': 'a'::blob}] as picture")
        [failure] = place.load().failed
        assert failure.reason == (
            "its column picture holds values of type BLOB, which JSON has no form for"
        )

    def test_a_file_that_is_still_being_written_waits_for_the_next_run(self, place: Place) -> None:
        path = place.put("polar/events/a.ndjson", "1\n")

        class Writer(Silence):
            def read(self, count: int) -> None:
                with path.open("a") as file:
                    file.write("2\n")

        [failure] = place.load(listener=Writer()).failed
        assert failure.reason.startswith("it was still being written")
        assert place.records() == []
        assert len(place.load().landed) == 1

    def test_a_failed_file_lands_once_it_is_repaired(self, place: Place) -> None:
        place.put("polar/events/a.json", "[1")
        assert len(place.load().failed) == 1
        place.put("polar/events/a.json", "[1]")
        assert len(place.load().landed) == 1


class TestCrashes:
    def test_killed_at_any_moment_nothing_is_half_landed(self, place: Place) -> None:
        chance = random.Random(2026)
        for number in range(12):
            place.put(f"polar/events/{number:02}.ndjson", f'{{"n":{number}}}\n' * 150_000)
        for _ in range(8):
            loader = place.start()
            time.sleep(chance.uniform(0.15, 0.6))
            loader.kill()
            loader.communicate()
            if place.loads():
                counts = place.query("count(*)", "group by load_id")
                assert set(counts) == {(150_000,)}
        code, _, _ = place.run()
        assert code == 0
        loads = place.loads()
        assert [load["source_file"] for load in loads] == [
            f"polar/events/{number:02}.ndjson" for number in range(12)
        ]
        assert len({load["loaded_at"] for load in loads}) == 12
        assert not (place.raw / ".scratch").exists()

    def test_what_a_killed_run_left_behind_is_removed(self, place: Place) -> None:
        (place.raw / ".scratch").mkdir(parents=True)
        (place.raw / ".scratch" / "half.parquet").write_bytes(b"PAR1")
        place.load()
        assert not (place.raw / ".scratch").exists()

    def test_a_time_noted_without_its_file_does_no_harm(self, place: Place) -> None:
        place.load()
        (place.raw / ".last_loaded_at").write_text("2100-01-01T00:00:00.000000")
        place.put("polar/events/a.ndjson", "1\n")
        [load] = place.load(NOON).landed
        assert load.loaded_at == datetime(2100, 1, 1) + MICROSECOND

    @pytest.mark.parametrize("seconds", [0.0, 0.1, 0.2])
    def test_an_interrupt_is_heard_and_lands_nothing_by_half(
        self, place: Place, seconds: float
    ) -> None:
        line = '{"filler":"' + "x" * 500 + '"}\n'
        place.load()
        place.put("polar/events/a.ndjson", line * 200_000)
        loader = place.start()
        while not (place.raw / ".scratch").exists():
            time.sleep(0.01)
        time.sleep(seconds)
        loader.send_signal(signal.SIGINT)
        _, stderr = loader.communicate(timeout=60)
        if loader.returncode == 130:
            assert stderr == "Interrupted; files landed so far stay, run it again for the rest.\n"
            assert not (place.raw / ".scratch").exists()
        else:
            assert (loader.returncode, stderr) == (0, "")
        assert place.query("count(*)", "") in ([(0,)], [(200_000,)])

    def test_rows_that_got_lost_on_the_way_are_noticed(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        monkeypatch.setattr(RecordStream, "_fill_next", lambda *_: 0)
        [failure] = place.load().failed
        assert failure.reason == "its rows did not all arrive; run it again"
        assert place.records() == []


class TestFolder:
    def test_what_is_unknown_is_named_and_ignored(self, place: Place) -> None:
        for name in (
            "stripe/charges/a.ndjson",
            "stripe/charges/b.ndjson",
            "polar/event/a.ndjson",
            "polar/events/notes.txt",
            "polar/a.ndjson",
            "README.md",
            "polar/events/.hidden.ndjson",
            "polar/events/.git/a.ndjson",
        ):
            place.put(name, "1\n")
        code, stdout, stderr = place.run()
        assert code == 0
        known = ", ".join(ENTITIES["polar"])
        sources = "files lie in <source>/<entity>/, and the sources known are " + ", ".join(
            ENTITIES
        )
        assert stderr.splitlines() == [
            f"Warning: README.md is ignored: {sources}.",
            f"Warning: polar/a.ndjson is ignored: the folders known in polar are {known}.",
            f"Warning: polar/event is ignored: the folders known in polar are {known}.",
            "Warning: polar/events/notes.txt is ignored: file names end in .ndjson, .jsonl, "
            ".json, .csv, .parquet, optionally with .gz or .zst.",
            f"Warning: stripe is ignored: {sources}.",
        ]
        assert stdout == f"There is nothing to land in {place.landing}.\n"

    def test_linked_folders_are_followed_but_not_in_circles(self, place: Place) -> None:
        elsewhere = place.landing.parent / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "a.ndjson").write_text("1\n")
        (place.landing / "polar").mkdir()
        (place.landing / "polar" / "events").symlink_to(elsewhere)
        (elsewhere / "circle").symlink_to(elsewhere)
        assert [load.source_file for load in place.load().landed] == ["polar/events/a.ndjson"]


class TestCommand:
    def test_json_is_all_that_is_on_stdout(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n")
        place.put("polar/events/b.ndjson", "1\n")
        place.put("polar/events/c.json", "[")
        code, stdout, stderr = place.run("--json", "--loaded-at", "2026-01-31T12:00:00Z")
        load_id = hashlib.sha256(b"polar\0events\0" + b"1\n").hexdigest()
        reason = "it is not JSON at line 1, column 1: a bracket is never closed"
        assert code == 1
        assert json.loads(stdout) == {
            "landed": [
                {
                    "load_id": load_id,
                    "source_system": "polar",
                    "entity": "events",
                    "source_file": "polar/events/a.ndjson",
                    "row_count": 1,
                    "loaded_at": "2026-01-31T12:00:00.000000",
                }
            ],
            "skipped": [{"source_file": "polar/events/b.ndjson", "load_id": load_id}],
            "failed": [{"source_file": "polar/events/c.json", "reason": reason}],
            "warnings": [],
        }
        assert stderr == f"polar/events/c.json is not landed: {reason}.\n"

    def test_plain_lines_say_what_was_landed(self, place: Place) -> None:
        place.put("polar/events/a.ndjson", "1\n2\n")
        load_id = hashlib.sha256(b"polar\0events\0" + b"1\n2\n").hexdigest()
        assert place.run() == (
            0,
            f"polar/events/a.ndjson: 2 rows landed as {load_id[:12]}\n"
            "1 file landed with 2 rows, 0 already landed, 0 failed.\n",
            "",
        )
        assert place.run() == (0, "Nothing new: 1 file already landed.\n", "")

    def test_a_missing_default_folder_is_no_error(self, place: Place) -> None:
        place.landing.rmdir()
        assert place.run() == (0, f"There is nothing to land in {place.landing}.\n", "")

    def test_a_missing_named_folder_is(self, place: Place) -> None:
        message = "There is no folder /no/such/folder: check the path after --landing.\n"
        assert place.run("--landing", "/no/such/folder") == (1, "", message)

    def test_a_file_is_no_landing_folder(self, place: Place) -> None:
        path = place.put("polar/events/a.ndjson", "1\n")
        message = f"{path} is a file: give the folder that holds <source>/<entity>/.\n"
        assert place.run("--landing", str(path)) == (1, "", message)

    def test_a_raw_zone_that_cannot_be_written_is_explained(self, place: Place) -> None:
        place.raw.write_text("a file is in the way")
        code, stdout, stderr = place.run()
        assert (code, stdout) == (1, "")
        assert stderr == (
            f"The raw zone {place.raw} cannot be written (File exists): "
            "check its permissions, or set COST_INSIGHTS_RAW to another folder.\n"
        )

    def test_a_wrong_time_is_explained(self, place: Place) -> None:
        code, _, stderr = place.run("--loaded-at", "yesterday")
        assert code == 2
        assert "'yesterday' is no time; write it like 2026-01-31T12:00:00Z" in stderr


class TestShowRow:
    @pytest.fixture
    def load_id(self, place: Place) -> str:
        place.put(
            "polar/events/a.ndjson", '{"é":1}\n\n' + "x" * (16 * 1024 * 1024 + 1) + "\n\ufeff\\n"
        )
        [load] = place.load().landed
        return load.load_id

    def show(self, place: Place, load: str, line: int) -> tuple[int, str, str]:
        return place.run(load, str(line), script="show_row.py")

    def test_it_prints_the_text_of_a_row(self, place: Place, load_id: str) -> None:
        assert self.show(place, load_id, 1) == (0, '{"é":1}\n', "")
        assert self.show(place, load_id[:6].upper(), 4) == (0, "\ufeff\\n\n", "")

    def test_it_says_why_there_is_none(self, place: Place, load_id: str) -> None:
        code, stdout, stderr = self.show(place, load_id, 2)
        assert (code, stdout) == (1, "")
        assert stderr.startswith(f"Load {load_id} has no row for line 2: ")
        assert self.show(place, load_id, 3)[2] == (
            "Line 3 was too long to be kept; look at it in the file polar/events/a.ndjson.\n"
        )
        absent = "0" * 64
        assert self.show(place, absent, 1)[2] == f"No load in {place.raw} begins with {absent}.\n"
        code, _, stderr = self.show(place, "*", 1)
        assert code == 2
        assert "'*' is no load_id" in stderr

    def test_it_asks_for_more_of_an_ambiguous_beginning(self, place: Place) -> None:
        for number in range(17):
            place.put(f"polar/events/{number}.ndjson", str(number))
        first_digits = [load.load_id[0] for load in place.load().landed]
        repeated = max(first_digits, key=first_digits.count)
        assert self.show(place, repeated, 1)[2] == (
            f"{first_digits.count(repeated)} loads begin with {repeated}: "
            "give more of the load_id.\n"
        )
