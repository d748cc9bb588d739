# What the peers that are tokenizers share: a folder with texts.bin, the documents, and ids.bin, what they must come to.

import os
import struct

THREADS = int(os.environ["OMP_NUM_THREADS"])


def records(path, width):
    """Length (int32) and content, again and again."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<i", data, at)
        yield data[at + 4:at + 4 + width * length]
        at += 4 + width * length


def needed(folder, *names):
    for name in names:
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            raise Declined("this vocabulary has no form that " + NAME + " reads: there is no " + name)
    return [os.path.join(folder, name) for name in names]


def texts(folder):
    return [record.decode() for record in records(os.path.join(folder, "texts.bin"), 1)]


def same(folder, all_ids):
    """Whether the ids of all documents are those expected."""
    count = 0
    for document, (record, ids) in enumerate(zip(records(os.path.join(folder, "ids.bin"), 4), all_ids)):
        expected = list(struct.unpack("<%di" % (len(record) // 4), record))
        ids = list(ids)
        count += 1
        if ids != expected:
            place = next((i for i, (a, b) in enumerate(zip(ids, expected)) if a != b), min(len(ids), len(expected)))
            raise Declined("its ids are others: document %d, place %d: %s, and ours %s"
                           % (document, place, ids[place:place + 5], expected[place:place + 5]))
    if count != sum(1 for _ in records(os.path.join(folder, "ids.bin"), 4)):
        raise Declined("it encoded %d documents only" % count)
