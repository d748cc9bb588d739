// The extents of a tensor of the tape: up to four axes, row-major, none negative.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

namespace llmsys {

struct Shape {
    static constexpr int MOST_AXES = 4;

    int rank = 0;
    int64_t extents[MOST_AXES] = {1, 1, 1, 1};

    // Throws Error LLS_INVALID for a negative extent or more than four, LLS_SHAPE when the elements could not be addressed. what: names it in
    // messages.
    static Shape of(const int64_t* extents, int64_t rank, const char* what);
    static Shape of(std::initializer_list<int64_t> extents) { return of(extents.begin(), static_cast<int64_t>(extents.size()), "tensor"); }

    int64_t size() const noexcept;
    int64_t last() const noexcept { return rank == 0 ? 1 : extents[rank - 1]; }
    // All axes but the last as one.
    int64_t rows() const noexcept;
    // (2,3)
    std::string text() const;

    bool operator==(const Shape& other) const noexcept;
    bool operator!=(const Shape& other) const noexcept { return !(*this == other); }
};

// The rules of numpy: shapes are lined up at their last axes, and an axis of 1, or none, is repeated.
bool broadcasts(const Shape& a, const Shape& b, Shape& together);

// Steps in elements from one place of `whole` to the next along each of its axes, for an operand that is repeated to that shape: 0 where it repeats.
struct Steps {
    int64_t along[Shape::MOST_AXES];
    Steps(const Shape& operand, const Shape& whole);
};

}  // namespace llmsys
