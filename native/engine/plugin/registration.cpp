#include "engine/plugin/registration.h"

#include <cstring>

#include "engine/core/surface.h"

namespace llmsys {

namespace {

constexpr size_t LONGEST_NAME = 64;
constexpr size_t LONGEST_TEXT = 400;

[[noreturn]] void refuse(const char* function, const std::string& why) {
    throw Error(LLS_INVALID, std::string(function) + " got a registration that is not whole", why,
                "fill every field as llmsys.h says, and build with it");
}

std::string text(const char* function, const char* field, const char* given, size_t longest, bool needed) {
    size_t length = given ? strnlen(given, longest + 1) : 0;
    if (length > longest || (needed && length == 0)) {
        refuse(function, std::string(field) + (length == 0 ? " is missing" : " is longer than " + std::to_string(longest) + " bytes"));
    }
    return std::string(given ? given : "", length);
}

std::string name(const char* function, const char* field, const char* given) {
    std::string name = text(function, field, given, LONGEST_NAME, true);
    for (char c : name) {
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!good || name == "auto") {
            refuse(function, std::string(field) + " \"" + name + "\" is not of letters, digits, - _ and . (and not \"auto\")");
        }
    }
    return name;
}

uint64_t hashOf(const char* text) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (; *text != '\0'; text++) {
        hash = (hash ^ static_cast<uint8_t>(*text)) * 0x100000001B3u;
    }
    return hash;
}

// The line of an error text behind this word, up to the next one.
std::string part(const std::string& all, const char* from, const char* to) {
    size_t begin = all.find(from);
    if (begin == std::string::npos) {
        return "";
    }
    begin += std::strlen(from);
    size_t end = to ? all.find(to, begin) : std::string::npos;
    return all.substr(begin, end == std::string::npos ? end : end - begin);
}

}  // namespace

Implementation checkedRegistration(const char* function, const char* slot, const lls_registration* what) {
    requireNotNull(what, function, "what");
    if (what->size != sizeof(lls_registration)) {
        refuse(function, "its size is " + std::to_string(what->size) + ", and lls_registration has " + std::to_string(sizeof(lls_registration))
               + " bytes");
    }
    Implementation implementation;
    implementation.slot = slot;
    implementation.algorithm = name(function, "algorithm", what->algorithm);
    implementation.name = name(function, "name", what->name);
    implementation.numerics = text(function, "numerics", what->numerics, LONGEST_TEXT, false);
    implementation.summary = text(function, "summary", what->summary, LONGEST_TEXT, false);
    implementation.reference = text(function, "reference", what->reference, LONGEST_TEXT, false);
    implementation.ranking = what->ranking;
    return implementation;
}

void requireKernel(const char* function, const void* kernel, size_t expected) {
    requireNotNull(kernel, function, "kernel");
    uint32_t size = 0;
    std::memcpy(&size, kernel, sizeof size);
    if (size != expected) {
        refuse(function, "the kernel's size is " + std::to_string(size) + ", and its struct has " + std::to_string(expected) + " bytes");
    }
}

void requireFunction(const char* function, const char* name, bool there) {
    if (!there) {
        refuse(function, std::string("the kernel's function ") + name + " is null");
    }
}

PluginCall::PluginCall(const std::string& name) : name_(name), before_(hashOf(lls_last_error())) {}

void PluginCall::check(lls_status status) const {
    if (status == LLS_OK) {
        return;
    }
    std::string told = lls_last_error();
    bool said = hashOf(told.c_str()) != before_;            // this one begins with the plug-in's name, so the same failure again differs from it
    bool known = status > LLS_OK && status <= LLS_INTERNAL;
    std::string why = said ? part(told, "\nwhy: ", "\nfix: ") : "it returned the status " + std::to_string(static_cast<int>(status))
            + " and did not say why";
    std::string fix = said ? part(told, "\nfix: ", nullptr) : "choose another implementation, and tell the plug-in's author";
    throw Error(known ? status : LLS_INTERNAL, "the plug-in's " + name_ + (said ? ": " + part(told, "error: ", "\nwhy: ") : " failed"), why, fix);
}

PluginWorkers::PluginWorkers(Workers& workers) : workers_(workers), view_{this, workers.threads(), run} {}

void PluginWorkers::rethrow() const {
    if (thrown_) {
        std::rethrow_exception(thrown_);
    }
}

void PluginWorkers::run(void* self, int64_t chunks, void (*body)(void* argument, int64_t chunk), void* argument) noexcept {
    PluginWorkers& mine = *static_cast<PluginWorkers*>(self);
    try {
        if (chunks > 0 && body != nullptr) {
            mine.workers_.run(chunks, [body, argument](int64_t chunk) { body(argument, chunk); });
        }
    } catch (...) {
        mine.thrown_ = std::current_exception();
    }
}

}  // namespace llmsys
