// Id to bytes and back. All bytes lie in one string; the way back is a hash table with open addressing. Ids that stand for nothing have no bytes.
// Immutable.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmsys {

class TokenBytes {
public:
    TokenBytes() = default;
    // Throws Error LLS_FILE when two ids have the same bytes.
    explicit TokenBytes(const std::vector<std::string>& tokens);

    int32_t size() const noexcept { return static_cast<int32_t>(starts_.size()) - 1; }
    // id in [0, size)
    std::string_view bytes(int32_t id) const {
        size_t i = static_cast<size_t>(id);
        return std::string_view(pool_).substr(starts_[i], starts_[i + 1] - starts_[i]);
    }
    bool has(int32_t id) const { return id >= 0 && id < size() && starts_[static_cast<size_t>(id)] < starts_[static_cast<size_t>(id) + 1]; }
    // -1 when it is none; empty is none
    int32_t id(std::string_view bytes) const;

private:
    struct Slot {
        uint32_t tag;           // other bits of the hash
        int32_t id;             // -1: free
    };

    static uint64_t hash(std::string_view bytes);

    std::string pool_;
    std::vector<uint32_t> starts_ = {0};
    std::vector<Slot> slots_ = {{0, -1}};
};

}  // namespace llmsys
