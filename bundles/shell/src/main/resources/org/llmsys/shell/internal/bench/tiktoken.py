# The peer tiktoken: byte-level vocabularies, by their ranks and one expression.

import base64
import sys

try:
    import tiktoken
except ImportError as e:
    print("missing", e, flush=True)
    sys.exit(0)

NAME = "tiktoken " + tiktoken.__version__


def encode(folder):
    ranks_file, pattern_file = needed(folder, "ranks.tiktoken", "pattern.txt")
    with open(ranks_file, "rb") as file:
        ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in file)}
    with open(pattern_file, encoding="utf-8") as file:
        encoding = tiktoken.Encoding("measured", pat_str=file.read(), mergeable_ranks=ranks, special_tokens={})
    documents = texts(folder)
    same(folder, map(encoding.encode_ordinary, documents))
    ways = {"encode_ordinary_batch": lambda: encoding.encode_ordinary_batch(documents, num_threads=THREADS)}
    if THREADS == 1:
        ways["encode_ordinary"] = lambda: [encoding.encode_ordinary(document) for document in documents]
    return ways


CASES = {"encode-byte-bpe": encode}
