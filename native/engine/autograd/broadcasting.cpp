#include "engine/autograd/broadcasting.h"

#include <algorithm>
#include <cstring>

namespace llmsys {

namespace {

constexpr int64_t BLOCK_OF_COLUMNS = 64;

bool isSuffix(const Shape& shape, const Shape& whole) {
    return shape.rank <= whole.rank && std::equal(shape.extents, shape.extents + shape.rank, whole.extents + (whole.rank - shape.rank));
}

}  // namespace

void addColumns(const float* x, int64_t rows, int64_t columns, float* sums, bool accumulate, Workers& workers) {
    workers.run((columns + BLOCK_OF_COLUMNS - 1) / BLOCK_OF_COLUMNS, [&](int64_t block) {
        const int64_t begin = block * BLOCK_OF_COLUMNS, count = std::min(BLOCK_OF_COLUMNS, columns - begin);
        float total[BLOCK_OF_COLUMNS] = {};
        if (accumulate) {
            std::memcpy(total, sums + begin, static_cast<size_t>(count) * sizeof(float));
        }
        const float* row = x + begin;
        if (count == BLOCK_OF_COLUMNS) {
            for (int64_t r = 0; r < rows; r++, row += columns) {
                for (int64_t c = 0; c < BLOCK_OF_COLUMNS; c++) {
                    total[c] += row[c];
                }
            }
        } else {
            for (int64_t r = 0; r < rows; r++, row += columns) {
                for (int64_t c = 0; c < count; c++) {
                    total[c] += row[c];
                }
            }
        }
        std::memcpy(sums + begin, total, static_cast<size_t>(count) * sizeof(float));
    });
}

void addRepeated(const Step& step, int input, const float* full, const Shape& whole) {
    const Shape& shape = step.shape(input);
    const int64_t size = shape.size();
    GradientTarget to = step.target(input);
    if (isSuffix(shape, whole) && size > 1) {
        addColumns(full, whole.size() / size, size, to.data, to.accumulate, step.workers());
        return;
    }
    Memory memory = step.take(2 * size);
    auto* sums = reinterpret_cast<double*>(memory.floats());
    std::fill(sums, sums + size, 0.0);
    const Steps steps(shape, whole);
    eachStretch(whole, steps, steps, [&](int64_t place, int64_t begin, int64_t, int64_t length, int64_t by, int64_t) {
        for (int64_t i = 0; i < length; i++) {
            sums[begin + i * by] += full[place + i];
        }
    });
    for (int64_t i = 0; i < size; i++) {
        to.data[i] = static_cast<float>(to.accumulate ? to.data[i] + sums[i] : sums[i]);
    }
}

}  // namespace llmsys
