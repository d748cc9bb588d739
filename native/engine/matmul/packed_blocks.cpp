#include "engine/matmul/packed_blocks.h"

#include "engine/matmul/workspace.h"

namespace llmsys {

namespace {

constexpr int64_t DEPTH = 1024;           // of a block of k: C is met seldom; tiles read both operands from the second cache
constexpr int64_t SMALL_DEPTH = 64;       // of a block of k where few rows meet weights that are widened: stays in the first cache
constexpr int64_t ROWS_AT_ONCE = 2048;    // of A packed before they are used: bounds the memory
constexpr int64_t STRIPS = 4;             // of B at once, at most: (4, 1024, 32) floats are half of the second cache
constexpr int64_t CHUNKS = 8;             // at least, where there is so much to share out
constexpr int64_t CHUNK_WORK = 48 * 48 * 48;    // multiply-adds that are worth a chunk

struct Start {
    const float* bias;
    bool accumulate;
};

// A tile of C with any strides: through a small square in the first cache when columns do not lie side by side.
void multiplyTile(const MicroKernel& kernel, void (*multiply)(const Tile&), Tile& tile, int64_t rows, const Matrix& c, int64_t m, int64_t n,
        const Start& start) {
    float* place = c.data + m * c.row_stride + n * c.column_stride;
    tile.start = start.accumulate ? place : start.bias == nullptr ? nullptr : start.bias + n;
    tile.startStride = start.accumulate ? c.row_stride : 0;
    tile.columns = std::min<int64_t>(kernel.columns, c.columns - n);
    if (c.column_stride == 1 || tile.columns == 1) {
        tile.c = place;
        tile.cStride = c.row_stride;
        multiply(tile);
        return;
    }
    float square[MicroKernel::MOST_ROWS * 32];
    if (start.accumulate) {
        kernel.pack(place, c.column_stride, c.row_stride, tile.columns, rows, 32, square);
        tile.start = square;
        tile.startStride = 32;
    }
    tile.c = square;
    tile.cStride = 32;
    multiply(tile);
    for (int64_t i = 0; i < rows; i++) {
        for (int64_t j = 0; j < tile.columns; j++) {
            place[i * c.row_stride + j * c.column_stride] = square[i * 32 + j];
        }
    }
}

// Rows [firstRow, firstRow + rows) of A and one block of k.
struct Block {
    const MicroKernel& kernel;
    const Matrix& a;
    const RightOperand& b;
    const Matrix& c;
    Start start;
    int64_t k, depth, firstRow;
    Pieces panels;
    float* packed;                        // panel i at panels.at(i) * depth

    void pack(int64_t panel) const {
        const int64_t m = panels.at(panel), rows = panels.at(panel + 1) - m;
        kernel.pack(a.data + (firstRow + m) * a.row_stride + k * a.column_stride, a.row_stride, a.column_stride, rows, depth, rows,
                packed + m * depth);
    }

    void multiply(int64_t firstStrip, int64_t endStrip, int64_t firstPanel, int64_t endPanel) const {
        const int64_t size = b.packs() ? depth * 32 : 0;
        const Workspace memory((endStrip - firstStrip) * size * static_cast<int64_t>(sizeof(float)));
        const float* strips[STRIPS];
        int64_t stride = 0;
        b.strips(firstStrip * kernel.columns, kernel.columns, endStrip - firstStrip, k, depth, memory.floats(), size, strips, stride);
        Tile tile{};
        tile.bStride = stride;
        tile.depth = depth;
        for (int64_t panel = firstPanel; panel < endPanel; panel++) {
            const int64_t m = panels.at(panel), rows = panels.at(panel + 1) - m;
            tile.a = packed + m * depth;
            for (int64_t s = firstStrip; s < endStrip; s++) {
                tile.b = strips[s - firstStrip];
                multiplyTile(kernel, kernel.packed[rows], tile, rows, c, firstRow + m, s * kernel.columns, start);
            }
        }
    }
};

}  // namespace

void multiplyPanels(const MicroKernel& kernel, const Matrix& a, const RightOperand& b, const float* bias, const Matrix& c, bool accumulate,
        Workers& workers) {
    // Blocks begin at multiples of 32, where narrow weights can be cut.
    const Pieces depths = Pieces::ofAtMost(divideUp(std::max<int64_t>(1, a.columns), 32), DEPTH / 32);
    const Pieces parts = Pieces::ofAtMost(c.rows, ROWS_AT_ONCE);
    const int64_t strips = divideUp(c.columns, kernel.columns);
    // A multiple of four, so that two or four threads end together.
    const int64_t shares = (std::max(CHUNKS, divideUp(strips, STRIPS)) + 3) / 4 * 4;
    const Pieces groups{strips, std::min(strips, shares)};
    const Workspace memory(std::min(c.rows, ROWS_AT_ONCE) * std::min(a.columns, DEPTH) * static_cast<int64_t>(sizeof(float)));
    for (int64_t part = 0; part < parts.count; part++) {
        const int64_t firstRow = parts.at(part);
        const Pieces panels = Pieces::ofAtMost(parts.at(part + 1) - firstRow, kernel.rows);
        const Pieces down{panels.count, std::min(panels.count, divideUp(CHUNKS, groups.count))};
        for (int64_t d = 0; d < depths.count; d++) {
            const int64_t k = depths.at(d) * 32, depth = std::min(a.columns, depths.at(d + 1) * 32) - k;
            const Block block{kernel, a, b, c, {bias, accumulate || d > 0}, k, depth, firstRow, panels, memory.floats()};
            const int64_t together = std::max<int64_t>(1, CHUNK_WORK / 8 / (kernel.rows * std::max<int64_t>(1, depth)));
            workers.run(divideUp(panels.count, together), [&](int64_t chunk) {
                for (int64_t panel = chunk * together; panel < std::min(panels.count, (chunk + 1) * together); panel++) {
                    block.pack(panel);
                }
            });
            workers.run(groups.count * down.count, [&](int64_t chunk) {
                const int64_t group = chunk / down.count, piece = chunk % down.count;
                block.multiply(groups.at(group), groups.at(group + 1), down.at(piece), down.at(piece + 1));
            });
        }
    }
}

void multiplyStraight(const MicroKernel& kernel, const Matrix& a, const RightOperand& b, const float* bias, const Matrix& c, bool accumulate,
        Workers& workers) {
    const int64_t strips = divideUp(c.columns, kernel.columns);
    const int64_t most = b.packs() ? SMALL_DEPTH : std::max<int64_t>(1, a.columns);
    const Pieces panels = Pieces::ofAtMost(c.rows, kernel.rows);
    // A strip's time is that of its multiply-adds, or of reading it. Neighbours go together: a strip asks for the beginning of the next one.
    const int64_t work = std::max<int64_t>(c.rows, 8) * kernel.columns * std::max<int64_t>(1, a.columns);
    const int64_t least = std::max<int64_t>(1, CHUNK_WORK / work);
    const int64_t together = std::clamp<int64_t>(strips / (2 * CHUNKS), least, std::max(least, 8 * CHUNK_WORK / work));
    workers.run(divideUp(strips, together), [&](int64_t chunk) {
        alignas(64) float memory[SMALL_DEPTH * 32];
        for (int64_t n = chunk * together * kernel.columns; n < std::min(c.columns, (chunk + 1) * together * kernel.columns); n += kernel.columns) {
            for (int64_t k = 0; k == 0 || k < a.columns; k += most) {
                Tile tile{};
                tile.depth = std::min(most, a.columns - k);
                tile.b = b.strip(n, k, tile.depth, memory, tile.bStride);
                tile.aStride = a.row_stride;
                for (int64_t panel = 0; panel < panels.count; panel++) {
                    const int64_t m = panels.at(panel), rows = panels.at(panel + 1) - m;
                    tile.a = a.data + m * a.row_stride + k;
                    multiplyTile(kernel, kernel.straight[rows], tile, rows, c, m, n, {bias, accumulate || k > 0});
                }
            }
        }
    });
}

}  // namespace llmsys
