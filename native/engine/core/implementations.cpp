// lls_implementations, lls_implementation, lls_use, lls_selected, lls_unregister.
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "engine/core/lasting.h"
#include "engine/core/registry.h"
#include "engine/core/surface.h"

namespace llmsys {

namespace {

// Texts that were told live for ever: there are few, and a caller may hold them while an implementation is taken back.
const char* kept(const std::string& text) {
    static std::mutex mutex;
    static Lasting<std::map<std::string, std::string>> texts;
    std::lock_guard<std::mutex> lock(mutex);
    return texts.get([] { return new std::map<std::string, std::string>(); }).emplace(text, text).first->second.c_str();
}

std::vector<Implementation> of(const char* slot) {
    std::vector<Implementation> all = Registry::process().list();
    if (slot != nullptr) {
        std::vector<Implementation> some;
        for (Implementation& each : all) {
            if (each.slot == slot) {
                some.push_back(std::move(each));
            }
        }
        return some;
    }
    return all;
}

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" {

lls_status lls_implementations(const char* slot, int32_t* count) {
    return guarded([&] {
        requireNotNull(count, "lls_implementations", "count");
        *count = static_cast<int32_t>(of(slot).size());
    });
}

lls_status lls_implementation(const char* slot, int32_t index, lls_implementation_info* info) {
    return guarded([&] {
        requireNotNull(info, "lls_implementation", "info");
        std::vector<Implementation> all = of(slot);
        if (index < 0 || index >= static_cast<int32_t>(all.size())) {
            throw Error(LLS_INVALID, "lls_implementation got index " + std::to_string(index), "there are " + std::to_string(all.size()),
                        "count up to what lls_implementations tells");
        }
        const Implementation& found = all[static_cast<size_t>(index)];
        bool serves = found.usable && Registry::process().serving(found.slot, found.algorithm)->name == found.name;
        *info = {kept(found.slot), kept(found.algorithm), kept(found.name), kept(found.numerics), kept(found.summary), kept(found.reference),
                 found.ranking, found.usable ? 1 : 0, serves ? 1 : 0};
    });
}

lls_status lls_use(const char* slot, const char* name) {
    return guarded([&] {
        requireNotNull(slot, "lls_use", "slot");
        requireNotNull(name, "lls_use", "name");
        Registry::process().use(slot, name);
    });
}

lls_status lls_selected(const char* slot, const char* algorithm, const char** name) {
    return guarded([&] {
        requireNotNull(slot, "lls_selected", "slot");
        requireNotNull(algorithm, "lls_selected", "algorithm");
        requireNotNull(name, "lls_selected", "name");
        *name = kept(Registry::process().selected(slot, algorithm));
    });
}

lls_status lls_unregister(const char* slot, const char* name) {
    return guarded([&] {
        requireNotNull(slot, "lls_unregister", "slot");
        requireNotNull(name, "lls_unregister", "name");
        Registry::process().remove(slot, name);
    });
}

}  // extern "C"
