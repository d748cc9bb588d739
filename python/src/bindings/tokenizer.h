// Texts to ids and back.
#pragma once

#include <string>
#include <vector>

#include "bindings/array.h"
#include "bindings/handle.h"

namespace llmsys::python {

class Tokenizer {
public:
    explicit Tokenizer(lls_handle handle) : handle_(handle) {}

    std::vector<int32_t> encode(const std::string& text, bool special) const;
    std::string decodeBytes(const int32_t* ids, int64_t count) const;
    int32_t vocabSize() const;
    // The id that ends a text, or -1.
    int32_t end() const;
    lls_handle handle() const { return handle_.get(); }

private:
    Handle<lls_tokenizer_close> handle_;
};

// os.fspath of a path, as UTF-8.
std::string pathOf(const py::object& path);

}  // namespace llmsys::python
