#include "engine/matmul/integer_matmul.h"

#include <algorithm>

#include "engine/matmul/packed_blocks.h"
#include "engine/matmul/workspace.h"

namespace llmsys {

namespace {

constexpr int64_t CHUNK_BYTES = 32 << 10;       // of weights that are worth a chunk when one row meets them
constexpr int64_t BLOCKS_AT_ONCE = 1 << 18;     // narrowed before they are used: 10 MiB
constexpr int64_t NARROW_TOGETHER = 64;         // blocks of a chunk of narrowing

}  // namespace

void IntegerMatmul::multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers& workers) const {
    exact_->multiply(a, b, bias, c, accumulate, workers);
}

void IntegerMatmul::multiplyBatch(const Matrix& a, int64_t aStride, const Matrix& b, int64_t bStride, const Matrix& c, int64_t cStride, int64_t count,
                                  bool accumulate, Workers& workers) const {
    exact_->multiplyBatch(a, aStride, b, bStride, c, cStride, count, accumulate, workers);
}

void IntegerMatmul::multiplyWeights(const Matrix& a, const WeightMatrix& w, const float* bias, const Matrix& c, Workers& workers) const {
    if (w.type() != LLS_Q8_0 && w.type() != LLS_Q4_0) {
        return exact_->multiplyWeights(a, w, bias, c, workers);
    }
    if (c.rows == 0 || c.columns == 0) {
        return;
    }
    const bool nibbles = w.type() == LLS_Q4_0;
    const int64_t blocks = a.columns / 32;
    const Pieces parts = Pieces::ofAtMost(c.rows, std::max<int64_t>(kernel_.rows, BLOCKS_AT_ONCE / std::max<int64_t>(1, blocks)));
    const Workspace memory(integerBytes(std::min(c.rows, divideUp(c.rows, parts.count)), blocks));
    for (int64_t part = 0; part < parts.count; part++) {
        const int64_t firstRow = parts.at(part);
        const Pieces groups = Pieces::ofAtMost(parts.at(part + 1) - firstRow, kernel_.rows);
        auto group = [&](int64_t i) { return static_cast<char*>(memory.data()) + integerBytes(groups.at(i), blocks); };
        const int64_t few = std::max<int64_t>(1, NARROW_TOGETHER / (kernel_.rows * std::max<int64_t>(1, blocks)));
        workers.run(divideUp(groups.count, few), [&](int64_t chunk) {
            for (int64_t i = chunk * few; i < std::min(groups.count, (chunk + 1) * few); i++) {
                kernel_.narrow(a.data + (firstRow + groups.at(i)) * a.row_stride, a.row_stride, groups.at(i + 1) - groups.at(i), blocks, nibbles
                        ? 8 : 128, group(i));
            }
        });
        const int64_t panelBytes = std::max<int64_t>(1, w.bytes() / w.panels()) * groups.count;
        // Neighbours go together: a panel asks for the beginning of the next one.
        const int64_t together = std::max<int64_t>(1, std::clamp(w.bytes() / 64, CHUNK_BYTES, 4 * CHUNK_BYTES) / panelBytes);
        workers.run(divideUp(w.panels(), together), [&](int64_t chunk) {
            for (int64_t panel = chunk * together; panel < std::min(w.panels(), (chunk + 1) * together); panel++) {
                const int64_t n = panel * WeightMatrix::WIDTH;
                for (int64_t i = 0; i < groups.count; i++) {
                    const int64_t m = groups.at(i), rows = groups.at(i + 1) - m;
                    const IntegerTile tile{group(i), w.panel(panel), blocks, bias == nullptr ? nullptr : bias + n,
                            c.data + (firstRow + m) * c.row_stride + n,
                                           c.row_stride, std::min(WeightMatrix::WIDTH, c.columns - n)};
                    (nibbles ? kernel_.q4 : kernel_.q8)[rows](tile);
                }
            }
        });
    }
}

}  // namespace llmsys
