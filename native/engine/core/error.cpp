#include "engine/core/error.h"

#include <new>
#include <stdexcept>
#include <string_view>

#include "engine/core/surface.h"

namespace llmsys {

namespace {

constexpr size_t LONGEST = 16384;

// A fixed place, so that "out of memory" can be told without memory.
struct ErrorText {
    char text[LONGEST] = "";

    void set(const char* line) noexcept {
        size_t i = 0;
        for (; line[i] != '\0' && i + 1 < LONGEST; i++) {
            text[i] = line[i];
        }
        text[i] = '\0';
    }
};

thread_local ErrorText last;

// A line may hold what a caller passed, of any length: it is cut, at a whole character of UTF-8, so that no other line is lost.
std::string shortened(const std::string& line, size_t most) {
    if (line.size() <= most) {
        return line;
    }
    size_t end = most - 3;
    while (end > 0 && (line[end] & 0xC0) == 0x80) {
        end--;
    }
    return line.substr(0, end) + "...";
}

std::string lines(const std::string& what, const std::string& why, const std::string& fix) {
    return "error: " + shortened(what, 2000) + "\nwhy: " + shortened(why, LONGEST - 4100) + "\nfix: " + shortened(fix, 2000);
}

}  // namespace

Error::Error(lls_status status, std::string what, std::string why, std::string fix) : status_(status), text_(lines(what, why, fix)) {}

lls_status failed() noexcept {
    try {
        throw;
    } catch (const Error& e) {
        last.set(e.what());
        return e.status();
    } catch (const std::bad_alloc&) {
        last.set("error: no memory left\nwhy: the system gave none\nfix: free some, or use a smaller model or batch");
        return LLS_OUT_OF_MEMORY;
    } catch (const std::length_error&) {
        last.set("error: a size is too large\nwhy: it cannot be addressed\nfix: pass sizes that fit memory");
        return LLS_INVALID;
    } catch (const std::exception& e) {
        last.set("error: the engine made a mistake\nwhy: ");
        std::string_view why = e.what();
        size_t at = std::char_traits<char>::length(last.text);
        for (size_t i = 0; i < why.size() && at + 1 < LONGEST; i++) {
            last.text[at++] = why[i];
        }
        last.text[at] = '\0';
        return LLS_INTERNAL;
    } catch (...) {
        last.set("error: the engine made a mistake\nwhy: something unknown was thrown\nfix: report it with what you called");
        return LLS_INTERNAL;
    }
}

void requireNotNull(const void* pointer, const char* function, const char* name) {
    if (pointer == nullptr) {
        throw Error(LLS_INVALID, std::string(function) + " got null for " + name, "it is read or written", "pass an address");
    }
}

}  // namespace llmsys

extern "C" {

const char* lls_last_error(void) { return llmsys::last.text; }

lls_status lls_fail(lls_status status, const char* error, const char* why, const char* fix) {
    lls_status outcome = llmsys::guarded([&] {
        throw llmsys::Error(status == LLS_OK ? LLS_INTERNAL : status, error ? error : "a plug-in failed",
                            why ? why : "it does not say", fix ? fix : "ask its author");
    });
    return outcome;
}

}  // extern "C"
