// Unicode's canonical composition (NFC), UAX #15: decompose, sort marks by their combining class, compose again. Linear but for the sorting of marks.
#pragma once

#include <string>
#include <string_view>

namespace llmsys {

// e + U+0301 becomes U+00E9. Bytes that are not UTF-8 stay.
std::string composed(std::string_view text);
// Whether composed() certainly gives it back: nothing from U+0300 on stands in it.
bool isPlainlyComposed(std::string_view text);

}  // namespace llmsys
