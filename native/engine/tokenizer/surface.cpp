// lls_tokenizer_*.
#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/core/surface.h"
#include "engine/tokenizer/tokenizer_files.h"

namespace llmsys {

namespace {

// What a function of two steps gives: the length always, the content when there is room.
template <typename T>
void give(const char* function, const T* content, size_t size, T* out, int64_t capacity, int64_t* length) {
    *length = static_cast<int64_t>(size);
    if (capacity == 0) {
        return;
    }
    if (capacity < *length) {
        throw Error(LLS_SHAPE, std::string(function) + " got room for " + std::to_string(capacity), "the result has " + std::to_string(size),
                    "ask the length with a capacity of 0 first");
    }
    if (size > 0) {
        std::memcpy(out, content, size * sizeof(T));
    }
}

void requireCount(const char* function, const char* name, int64_t count, const void* data) {
    if (count < 0) {
        throw Error(LLS_INVALID, std::string(function) + " got " + std::to_string(count) + " for " + name, "it is not negative", "pass a count");
    }
    if (count > 0) {
        requireNotNull(data, function, name);
    }
}

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" {

lls_status lls_tokenizer_load(const char* path, const char* kind, lls_handle* tokenizer) {
    return guarded([&] {
        requireNotNull(path, "lls_tokenizer_load", "path");
        requireNotNull(tokenizer, "lls_tokenizer_load", "tokenizer");
        *tokenizer = tokenizers().add(kind ? learnTokenizer(path, kind) : readTokenizer(path));
    });
}

lls_status lls_tokenizer_load_bytes(const void* bytes, int64_t count, const char* name, lls_handle* tokenizer) {
    return guarded([&] {
        requireCount("lls_tokenizer_load_bytes", "count", count, bytes);
        requireNotNull(bytes, "lls_tokenizer_load_bytes", "bytes");
        requireNotNull(tokenizer, "lls_tokenizer_load_bytes", "tokenizer");
        std::string_view content(static_cast<const char*>(bytes), static_cast<size_t>(count));
        *tokenizer = tokenizers().add(tokenizerOfBytes(content, name == nullptr ? "the tokenizer's bytes" : std::string(name).substr(0, 200)));
    });
}

lls_status lls_tokenizer_vocab_size(lls_handle tokenizer, int32_t* size) {
    return guarded([&] {
        requireNotNull(size, "lls_tokenizer_vocab_size", "size");
        *size = tokenizers().get(tokenizer)->vocabSize();
    });
}

lls_status lls_tokenizer_encode(lls_handle tokenizer, const char* utf8, int64_t bytes, int32_t special, int32_t* ids, int64_t capacity,
                                int64_t* count) {
    return guarded([&] {
        requireCount("lls_tokenizer_encode", "utf8", bytes, utf8);
        requireCount("lls_tokenizer_encode", "ids", capacity, ids);
        requireNotNull(count, "lls_tokenizer_encode", "count");
        std::vector<int32_t> made;
        tokenizers().get(tokenizer)->encode(std::string_view(utf8, static_cast<size_t>(bytes)), special != 0, made);
        give("lls_tokenizer_encode", made.data(), made.size(), ids, capacity, count);
    });
}

lls_status lls_tokenizer_decode(lls_handle tokenizer, const int32_t* ids, int64_t count, char* utf8, int64_t capacity, int64_t* bytes) {
    return guarded([&] {
        requireCount("lls_tokenizer_decode", "ids", count, ids);
        requireCount("lls_tokenizer_decode", "utf8", capacity, utf8);
        requireNotNull(bytes, "lls_tokenizer_decode", "bytes");
        auto found = tokenizers().get(tokenizer);
        std::string text;
        Tokenizer::Place place;
        for (int64_t i = 0; i < count; i++) {
            found->decodeNext(ids[i], place, text);
        }
        give("lls_tokenizer_decode", text.data(), text.size(), utf8, capacity, bytes);
    });
}

lls_status lls_tokenizer_end(lls_handle tokenizer, int32_t* id) {
    return guarded([&] {
        requireNotNull(id, "lls_tokenizer_end", "id");
        *id = tokenizers().get(tokenizer)->endOfText();
    });
}

lls_status lls_tokenizer_close(lls_handle tokenizer) {
    return guarded([&] { tokenizers().close(tokenizer); });
}

}  // extern "C"
