// What went wrong, why, and what to do: the one exception of the engine. It never crosses the C surface (engine/core/surface.h).
#pragma once

#include <exception>
#include <string>

#include "llmsys.h"

namespace llmsys {

class Error : public std::exception {
public:
    // what: the operation and its operands, with shapes; why: the rule that was broken; fix: what to do.
    Error(lls_status status, std::string what, std::string why, std::string fix);

    lls_status status() const noexcept { return status_; }
    // The three lines "error: ...\nwhy: ...\nfix: ...".
    const char* what() const noexcept override { return text_.c_str(); }

private:
    lls_status status_;
    std::string text_;
};

}  // namespace llmsys
