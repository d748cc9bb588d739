// PackedMatmul over panels that the caller keeps.
#include <algorithm>

#include "engine/matmul/lane_panels.h"
#include "engine/matmul/packed.h"
#include "engine/matmul/packed_blocks.h"

namespace llmsys {

namespace {

constexpr int64_t FEW = 2;                // tiles of rows that meet widened strips in the first cache
constexpr int64_t NEAR = 128 << 10;       // numbers of A that stay in the second cache
constexpr int64_t CHUNK_BYTES = 32 << 10; // of codes that are worth a chunk

// F32 lies as tiles read it; other types are widened a strip at a time.
class LanesRight : public RightOperand {
public:
    LanesRight(const LaneWidener& widener, const lls_panels& w) : widener_(widener), w_(w) {}
    const float* strip(int64_t n, int64_t k, int64_t depth, float* memory, int64_t& stride) const override {
        stride = WeightMatrix::WIDTH;
        const int64_t panel = n / WeightMatrix::WIDTH, lane = n % WeightMatrix::WIDTH;
        if (!packs()) {
            return static_cast<const float*>(w_.data) + (panel * w_.inputs + k) * WeightMatrix::WIDTH + lane;
        }
        widener_.widen(w_, panel, k, k + depth, memory);
        return memory + lane;
    }
    bool packs() const override { return w_.type != LLS_F32; }

private:
    const LaneWidener& widener_;
    const lls_panels& w_;
};

}  // namespace

void PackedMatmul::multiplyPanels(const Matrix& a, const lls_panels& w, const float* bias, const Matrix& c, Workers& workers) const {
    if (c.rows == 0 || c.columns == 0) {
        return;
    }
    const LaneWidener& widener = LaneWidener::here();
    const bool blocks = w.type == LLS_Q8_0 || w.type == LLS_Q4_0;
    if (blocks && w.inputs > 0 && c.rows <= LaneWidener::MOST_ROWS && widener.q8[c.rows] != nullptr) {
        const int64_t panels = divideUp(w.outputs, WeightMatrix::WIDTH);
        const int64_t bytes = w.inputs * (w.type == LLS_Q8_0 ? 32 : 16) * c.rows;
        const int64_t together = std::max<int64_t>(1, CHUNK_BYTES / (2 * bytes)) * 2;
        workers.run(divideUp(panels, together), [&](int64_t chunk) {
            const LaneTile tile{a.data, a.row_stride, &w, chunk * together, std::min(panels, (chunk + 1) * together), bias, c.data, c.row_stride};
            (w.type == LLS_Q8_0 ? widener.q8 : widener.q4)[c.rows](tile);
        });
        return;
    }
    const LanesRight right(widener, w);
    const bool near = w.type == LLS_F32 && c.rows <= NEAR / std::max<int64_t>(1, a.columns) && a.row_stride % 1024 != 0;
    if (near || c.rows <= FEW * kernel_.rows) {
        multiplyStraight(kernel_, a, right, bias, c, false, workers);
    } else {
        llmsys::multiplyPanels(kernel_, a, right, bias, c, false, workers);
    }
}

}  // namespace llmsys
