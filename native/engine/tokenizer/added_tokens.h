// Finds tokens that stand beside the model, such as <|endoftext|>, before the rest of a text is cut.
//
// As Hugging Face does it: from left to right, of several that begin at one place the longest. One that may not stand there (a single word inside
// another, a special token that is not asked for) is text, and nothing else is looked for in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmsys {

struct AddedToken {
    int32_t id;
    std::string content;
    bool special;               // stands for something that is not text
    bool leftStrip = false;     // takes the white space before it along
    bool rightStrip = false;
    bool singleWord = false;    // counts only where no word character stands beside it
    bool normalized = false;    // is looked for after the text was normalized
};

// Immutable.
class AddedTokens {
public:
    // A token, or text between two: then id is -1.
    struct Run {
        size_t begin, end;
        int32_t id;
    };

    AddedTokens() = default;
    // Throws Error LLS_FILE for an empty one or one longer than LONGEST_TOKEN. Of two with one content the first counts.
    explicit AddedTokens(std::vector<AddedToken> tokens);

    bool empty() const noexcept { return tokens_.empty(); }
    // Runs in order. special: whether special ones count.
    std::vector<Run> split(std::string_view text, bool special) const;
    // The longest token whose content stands at `at`, or null.
    const AddedToken* longestAt(std::string_view text, size_t at) const;

private:
    size_t candidate(std::string_view text, size_t from) const;

    std::vector<AddedToken> tokens_;        // by content
    bool firsts_[256] = {};
    int onlyFirst_ = -1;                    // most vocabularies begin all of theirs with <
};

}  // namespace llmsys
