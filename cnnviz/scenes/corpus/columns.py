"""The two tables of a result: what they are called, their columns, and how much of them is read."""

import pyarrow as pa

CHANNELS_FILE, CLIPS_FILE = "channels.parquet", "clips.parquet"
KEY = b"cnnviz.corpus"
VERSION = 1
MOST_CLASSES = 63  # a set of classes is a number of 64 bits
MOST_K = 100
MOST_CLIPS = 1_000_000
MOST_BYTES = 256 * 2**20  # of a row group, unpacked

CLIPS = pa.schema([
    ("name", pa.string()),
    ("start", pa.float64()),
    ("seconds", pa.float64()),
    ("length", pa.float64()),
    ("frames", pa.int32()),
    ("events", pa.list_(pa.struct([("label", pa.string()), ("onset", pa.float64()), ("offset", pa.float64())]))),
    ("refused", pa.string()),
])  # fmt: skip
OLDER = pa.schema([one for one in CLIPS if one.name != "start"])  # of results that read the beginning of each sound

WINNER = {
    "value": pa.float32(),
    "clip": pa.int32(),  # its row among the clips
    "cell": pa.int64(),  # of the stage's map, counted row by row
    "first_frame": pa.int32(),
    "end_frame": pa.int32(),  # one past the last, as all ends
    "first_mel": pa.int32(),
    "end_mel": pa.int32(),
    "window_first": pa.int32(),
    "window_end": pa.int32(),
    "patch": pa.int32(),
    "name": pa.string(),  # the clip's, for whoever reads this table alone
}
CLASS = {
    "label": pa.string(),
    "n": pa.int64(),
    "mean": pa.float64(),
    "variance": pa.float64(),
    "counts": pa.list_(pa.int64()),
    "auc": pa.float32(),  # against all values without it
    "against": pa.list_(pa.float32()),  # each other class; NaN against itself
}
CHANNELS = pa.schema([
    ("stage", pa.string()),
    ("channel", pa.int32()),
    ("top", pa.list_(pa.struct(list(WINNER.items())))),
    ("lowest", pa.float32()),
    ("highest", pa.float32()),
    ("n", pa.int64()),
    ("mean", pa.float64()),
    ("variance", pa.float64()),
    ("edges", pa.list_(pa.float32())),
    ("counts", pa.list_(pa.int64())),
    ("classes", pa.list_(pa.struct(list(CLASS.items())))),
])  # fmt: skip
