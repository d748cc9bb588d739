// A stretch of bytes that somebody else holds: a mapped file, or what a caller passed.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace llmsys {

struct Bytes {
    const uint8_t* data = nullptr;
    int64_t size = 0;

    // Numbers of a file are little endian, as every processor this is built for.
    template <typename T>
    T at(int64_t offset) const noexcept {
        T value;
        std::memcpy(&value, data + offset, sizeof value);
        return value;
    }
    Bytes part(int64_t offset, int64_t count) const noexcept { return {data + offset, count}; }
    std::string_view text() const noexcept { return {reinterpret_cast<const char*>(data), static_cast<size_t>(size)}; }
};

}  // namespace llmsys
