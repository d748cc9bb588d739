#include "engine/files/findings.h"

#include "engine/core/error.h"

namespace llmsys {

namespace {

constexpr int64_t SHOWN = 20;
constexpr size_t LONGEST_NAME = 80;

}  // namespace

void Findings::add(std::string finding) {
    if (count_++ < SHOWN) {
        shown_.push_back(std::move(finding));
    }
}

void Findings::refuse(const std::string& file) const {
    if (count_ == 0) {
        return;
    }
    std::string why;
    if (count_ == 1) {
        why = shown_.front();
    } else {
        why = std::to_string(count_) + " things are wrong with it:";
        for (const std::string& each : shown_) {
            why += "\n  " + each;
        }
        if (count_ > SHOWN) {
            why += "\n  and " + std::to_string(count_ - SHOWN) + " more";
        }
    }
    throw Error(LLS_FILE, "cannot read " + file, why, "get an undamaged copy of the file");
}

std::string quoted(std::string_view name) {
    std::string printable = "\"";
    for (size_t i = 0; i < name.size() && i < LONGEST_NAME; i++) {
        unsigned char c = static_cast<unsigned char>(name[i]);
        printable += c < ' ' || c >= 0x7f ? '?' : static_cast<char>(c);
    }
    return printable + (name.size() > LONGEST_NAME ? "...\"" : "\"");
}

}  // namespace llmsys
