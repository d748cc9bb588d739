// Goes through the bytes before a GGUF file's data, never beyond them: every size is compared with what is left before it is used.
#pragma once

#include <string>
#include <unordered_set>

#include "engine/core/error.h"
#include "engine/files/gguf_header.h"

namespace llmsys {

class GgufHeader::Reader {
public:
    Reader(Bytes file, GgufHeader& header) : file_(file), header_(header) {}

    void read();

private:
    template <typename T>
    T number() {
        return take(sizeof(T)).at<T>(0);
    }
    Bytes take(int64_t count);
    int64_t count(const std::string& what, int64_t most);
    Bytes text();
    void readKey();
    GgufValue value(const std::string& key, uint32_t kind);
    GgufValue array(const std::string& key);
    int64_t alignment() const;
    void readTensor(int64_t alignment, int64_t& reached);
    int64_t bytesOf(const std::string& name, const ElementForm& form, const std::vector<int64_t>& dimensions) const;
    Error damaged(const std::string& why) const;

    Bytes file_;
    GgufHeader& header_;
    int64_t position_ = 0;
    std::unordered_set<std::string_view> names_;
};

}  // namespace llmsys
