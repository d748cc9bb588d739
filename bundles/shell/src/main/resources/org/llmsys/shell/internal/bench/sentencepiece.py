# The peer sentencepiece: both of its kinds, from tokenizer.model.

import sys

try:
    import sentencepiece
except ImportError as e:
    print("missing", e, flush=True)
    sys.exit(0)

NAME = "sentencepiece " + sentencepiece.__version__


def encode(folder):
    (path,) = needed(folder, "tokenizer.model")
    processor = sentencepiece.SentencePieceProcessor(model_file=path)
    documents = texts(folder)
    same(folder, map(processor.encode, documents))
    ways = {"encode a list": lambda: processor.encode(documents, out_type=int, num_threads=THREADS)}
    if THREADS == 1:
        ways["encode one by one"] = lambda: [processor.encode(document) for document in documents]
    return ways


CASES = {"encode-sentencepiece-bpe": encode, "encode-unigram": encode}
