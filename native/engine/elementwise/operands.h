// What the operations of the C surface check before they compute: names, null, extents, products of extents.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include "engine/core/registry.h"
#include "engine/core/surface.h"

namespace llmsys {

// The product of extents, none negative. Throws Error LLS_INVALID for a negative one, LLS_SHAPE when so many numbers could not be addressed; an
// extent of 0 does not excuse the others.
int64_t checkedSize(const char* function, std::initializer_list<int64_t> extents);

// null is fine for an array of no elements. Throws Error LLS_INVALID.
void requireArray(const void* data, int64_t size, const char* function, const char* name);

// Four axes of strides no less than 0, all offsets within what can be addressed. A result's elements must lie apart.
void requireHeads(const Heads* heads, const char* function, const char* name, bool result);
bool sameExtents(const Heads& a, const Heads& b);
std::string shapeOf(const Heads& heads);

// Throws Error LLS_INVALID when what was named computes another algorithm.
void requireAlgorithm(const Implementation& found, const char* algorithm);

// The implementation that a call asks for: by name, or what serves the algorithm. K is the slot's class.
template <typename K>
std::shared_ptr<const K> chosen(const char* slot, const char* algorithm, const char* name) {
    if (name == nullptr) {
        return serving<K>(slot, algorithm);
    }
    auto found = Registry::process().find(slot, name);
    requireAlgorithm(*found, algorithm);
    return {found, static_cast<const K*>(found->kernel.get())};
}

}  // namespace llmsys
