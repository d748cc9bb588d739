#include "engine/core/registry.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>

#include "engine/core/builtin.h"
#include "engine/core/error.h"
#include "engine/core/lasting.h"
#include "engine/core/surface.h"

namespace llmsys {

using Entry = std::shared_ptr<const Implementation>;

struct Registry::State {
    mutable std::mutex mutex;
    std::vector<Entry> entries;                                          // as they came
    std::map<std::pair<std::string, std::string>, std::string> chosen;  // slot, algorithm -> name

    Entry find(const std::string& slot, const std::string& name) const {
        std::string there;
        for (const Entry& entry : entries) {
            if (entry->slot == slot) {
                if (entry->name == name) {
                    return entry;
                }
                there += (there.empty() ? "" : ", ") + entry->name;
            }
        }
        std::set<std::string> slots;
        for (const Entry& entry : entries) {
            slots.insert(entry->slot);
        }
        std::string all;
        for (const std::string& each : slots) {
            all += (all.empty() ? "" : ", ") + each;
        }
        throw Error(LLS_NOT_FOUND, there.empty() ? "there is no slot " + slot : "slot " + slot + " has no implementation " + name,
                    there.empty() ? "the slots are " + all : "it has " + there, "choose one of these, or load a plug-in that brings it");
    }

    // In order of choice.
    std::vector<Entry> candidates(const std::string& slot, const std::string& algorithm) const {
        std::vector<Entry> found;
        for (const Entry& entry : entries) {
            if (entry->slot == slot && entry->algorithm == algorithm && entry->usable) {
                found.push_back(entry);
            }
        }
        auto choice = chosen.find({slot, algorithm});
        std::stable_sort(found.begin(), found.end(), [&](const Entry& a, const Entry& b) {
            bool first = choice != chosen.end() && a->name == choice->second;
            bool second = choice != chosen.end() && b->name == choice->second;
            return first != second ? first : a->ranking > b->ranking;
        });
        return found;
    }
};

Registry::Registry() : state_(std::make_unique<State>()) { registerBuiltin(*this); }
Registry::~Registry() = default;

Registry& Registry::process() {
    static Lasting<Registry> only;
    return only.get([] { return new Registry(); });
}

void Registry::add(Implementation implementation) {
    std::lock_guard<std::mutex> lock(state_->mutex);
    for (const Entry& entry : state_->entries) {
        if (entry->slot == implementation.slot && entry->name == implementation.name) {
            throw Error(LLS_STATE, "slot " + entry->slot + " has an implementation " + entry->name + " already", "names are unique in a slot",
                        "give the new one another name, or unregister the old one first");
        }
    }
    state_->entries.push_back(std::make_shared<const Implementation>(std::move(implementation)));
}

void Registry::remove(const std::string& slot, const std::string& name) {
    std::lock_guard<std::mutex> lock(state_->mutex);
    Entry gone = state_->find(slot, name);
    state_->entries.erase(std::find(state_->entries.begin(), state_->entries.end(), gone));
}

std::vector<Implementation> Registry::list() const {
    std::lock_guard<std::mutex> lock(state_->mutex);
    std::vector<Implementation> all;
    std::set<std::pair<std::string, std::string>> groups;
    for (const Entry& entry : state_->entries) {
        groups.emplace(entry->slot, entry->algorithm);
    }
    for (const auto& [slot, algorithm] : groups) {
        for (const Entry& entry : state_->candidates(slot, algorithm)) {
            all.push_back(*entry);
        }
        for (const Entry& entry : state_->entries) {                     // those that cannot run come last
            if (!entry->usable && entry->slot == slot && entry->algorithm == algorithm) {
                all.push_back(*entry);
            }
        }
    }
    return all;
}

Entry Registry::find(const std::string& slot, const std::string& name) const {
    std::lock_guard<std::mutex> lock(state_->mutex);
    Entry found = state_->find(slot, name);
    if (!found->usable) {
        throw Error(LLS_UNSUPPORTED, name + " of slot " + slot + " cannot run here", "this processor has " + std::string(lls_cpu()),
                    "choose another");
    }
    return found;
}

Entry Registry::serving(const std::string& slot, const std::string& algorithm) const {
    std::lock_guard<std::mutex> lock(state_->mutex);
    std::vector<Entry> found = state_->candidates(slot, algorithm);
    if (found.empty()) {
        throw Error(LLS_NOT_FOUND, "nothing in slot " + slot + " computes " + algorithm, "no implementation of it is registered",
                    "use an algorithm that lls_implementations lists, or load a plug-in that brings it");
    }
    return found.front();
}

void Registry::use(const std::string& slot, const std::string& name) {
    if (name == "auto") {
        std::lock_guard<std::mutex> lock(state_->mutex);
        for (auto each = state_->chosen.begin(); each != state_->chosen.end();) {
            each = each->first.first == slot ? state_->chosen.erase(each) : std::next(each);
        }
        return;
    }
    Entry found = find(slot, name);
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->chosen[{slot, found->algorithm}] = name;
}

std::string Registry::selected(const std::string& slot, const std::string& algorithm) const {
    serving(slot, algorithm);
    std::lock_guard<std::mutex> lock(state_->mutex);
    auto choice = state_->chosen.find({slot, algorithm});
    return choice == state_->chosen.end() ? "auto" : choice->second;
}

}  // namespace llmsys
