# The peer Hugging Face tokenizers: every kind, from tokenizer.json. Its threads are Rayon's; a single one is the caller.

import os
import sys

os.environ["RAYON_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"]
os.environ["TOKENIZERS_PARALLELISM"] = "false" if os.environ["OMP_NUM_THREADS"] == "1" else "true"

try:
    import tokenizers
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
except ImportError as e:
    print("missing", e, flush=True)
    sys.exit(0)

NAME = "tokenizers " + tokenizers.__version__


def encode(folder):
    (path,) = needed(folder, "tokenizer.json")
    tokenizer = Tokenizer.from_file(path)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    documents = texts(folder)
    same(folder, (encoding.ids for encoding in tokenizer.encode_batch(documents, add_special_tokens=False)))
    ways = {"encode_batch": lambda: tokenizer.encode_batch(documents, add_special_tokens=False)}
    if hasattr(tokenizer, "encode_batch_fast"):
        ways["encode_batch_fast"] = lambda: tokenizer.encode_batch_fast(documents, add_special_tokens=False)
    return ways


def learn(path, size, min_frequency):
    """The whole of it: the file is read, too. Lines are counted one by one, so tokens cannot hold more than one line end."""
    def learn_one():
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=min_frequency, show_progress=False, special_tokens=["<|endoftext|>"],
                                      initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
        tokenizer.train([path], trainer)

    return {"BpeTrainer from a file": learn_one}


CASES = {"encode-" + kind: encode for kind in ("bpe", "byte-bpe", "wordpiece", "sentencepiece-bpe", "unigram", "whitespace", "char")}
CASES["learn-byte-bpe"] = learn
