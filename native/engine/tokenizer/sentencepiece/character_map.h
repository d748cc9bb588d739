// A compiled character map (precompiled_charsmap): texts and what each is replaced by, as nmt_nfkc has thousands of.
//
//   u32 bytes of the tree | the tree: a double array of u32 units | replacements, each ended by a 0 byte
//
// The tree is walked over UTF-8 bytes, next = place ^ offset ^ byte; a unit belongs to the way when its label is that byte (Darts-clone,
// https://github.com/s-yata/darts-clone). Every step is checked against the array's length, so a damaged map can only replace wrongly. Immutable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmsys {

class CharacterMap {
public:
    // Throws Error LLS_FILE when the blob is no such map.
    explicit CharacterMap(std::string_view blob);

    struct Match {
        size_t length;                      // bytes of the text
        std::string_view replacement;
    };
    // The longest text of the map that begins at `at`.
    std::optional<Match> longest(std::string_view text, size_t at) const;

private:
    std::vector<uint32_t> units_;
    std::string texts_;
};

}  // namespace llmsys
