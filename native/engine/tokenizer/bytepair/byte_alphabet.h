// GPT-2's way to write bytes as visible characters, which byte-level vocabularies use in their files: printable Latin-1 characters stand for
// themselves, the other 68 bytes for U+0100 and on. A blank is written Ġ, a line end Ċ.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace llmsys {

// The bytes that a token of a file stands for; nothing when one of its characters stands for none.
std::optional<std::string> fromByteAlphabet(std::string_view written);
std::string toByteAlphabet(std::string_view bytes);

}  // namespace llmsys
