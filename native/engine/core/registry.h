// Each phase's implementations by name. Built-in ones come from one list (engine/core/builtin.cpp), plug-ins add theirs while the library runs.
// Choice in a slot's algorithm: what was selected by `use`, else the highest ranking that this processor can run, else the first registered.
// A choice takes effect at the next call, or step: a step takes a snapshot (Selection) and keeps it to its end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/core/kernels.h"
#include "engine/core/lasting.h"

namespace llmsys {

struct Implementation {
    std::string slot;         // "matmul"
    std::string algorithm;    // "matmul"
    std::string name;         // "packed-avx512", unique in its slot
    std::string numerics;     // equal class, equal bits; may be empty
    std::string summary;      // one line
    std::string reference;    // paper or source; may be empty
    int ranking = 0;
    bool usable = true;       // whether this processor can run it
    std::shared_ptr<const void> kernel;   // the slot's class of kernels.h
};

class Registry {
public:
    static Registry& process();           // the C surface is one process wide; nothing else asks for it

    // Throws Error LLS_STATE when the name is taken.
    void add(Implementation implementation);
    // Takes a plug-in's back; calls that hold it finish. Throws LLS_NOT_FOUND.
    void remove(const std::string& slot, const std::string& name);

    // In order of slot, algorithm, ranking.
    std::vector<Implementation> list() const;
    std::shared_ptr<const Implementation> find(const std::string& slot, const std::string& name) const;   // throws LLS_NOT_FOUND, names what there is
    std::shared_ptr<const Implementation> serving(const std::string& slot, const std::string& algorithm) const;

    // "auto" gives the choice back to the ranking. Throws LLS_NOT_FOUND, or LLS_UNSUPPORTED when the processor cannot run it.
    void use(const std::string& slot, const std::string& name);
    // What `use` selected, or "auto". Throws LLS_NOT_FOUND for an algorithm that nothing computes.
    std::string selected(const std::string& slot, const std::string& algorithm) const;

private:
    friend class Lasting<Registry>;
    Registry();
    ~Registry();
    struct State;
    std::unique_ptr<State> state_;
};

// What serves a slot's algorithm now, or the one that is named. K is the slot's class.
template <typename K>
std::shared_ptr<const K> serving(const char* slot, const char* algorithm) {
    auto found = Registry::process().serving(slot, algorithm);
    return {found, static_cast<const K*>(found->kernel.get())};
}
template <typename K>
std::shared_ptr<const K> named(const char* slot, const char* name) {
    auto found = Registry::process().find(slot, name);
    return {found, static_cast<const K*>(found->kernel.get())};
}

}  // namespace llmsys
