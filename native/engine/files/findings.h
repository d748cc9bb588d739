// Everything that is wrong with one file, collected to be said at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace llmsys {

class Findings {
public:
    void add(std::string finding);
    bool none() const noexcept { return count_ == 0; }
    int64_t count() const noexcept { return count_; }
    // Throws Error LLS_FILE "cannot read FILE" with the first 20, when there are any.
    void refuse(const std::string& file) const;

private:
    std::vector<std::string> shown_;
    int64_t count_ = 0;
};

// A name from a file in quotation marks, fit to be printed: what is no plain character becomes a question mark, and it is cut.
std::string quoted(std::string_view name);

}  // namespace llmsys
