"""Landing: every line of the user's files becomes a row of the raw zone, as text and unjudged.

The story, in the order of the path of a file:

* `sources` knows the landing folder: which entities exist, which files are landed, in which order.
* `content` reads a file's bytes: fingerprint, decompression, progress.
* `lines`, `json_documents`, `csv_rows` cut the bytes into records; `records` holds what they cut
  and marks what cannot be kept as it is. `field_types` says what a CSV cell means.
* `parquet_rows` does the same for Parquet files, as SQL.
* `arrow_stream` hands the records to DuckDB without a copy.
* `raw_zone` writes the Parquet file under the lock; `loader` puts the parts together.
"""
