// The lookup over threads: rows forward; backward strips of columns, so that rows that meet in one gradient are added in the order of lookup.cpp.
#include <algorithm>

#include "engine/activation/lanes.h"
#include "engine/embedding/lookup.h"

namespace llmsys {

namespace {

class ThreadedLookup final : public Embedding {
public:
    void forward(const int32_t* ids, int64_t count, const WeightMatrix& table, float* y, Workers& workers) const override {
        requireIds(ids, count, table.outputs(), "embedding");
        eachChunkOfRows(workers, count, table.inputs(), [&](int64_t begin, int64_t end) {
            for (int64_t n = begin; n < end; n++) {
                table.widen(ids[n], y + n * table.inputs());
            }
        });
    }
    void backward(const int32_t* ids, int64_t count, const float* gradY, float* gradTable, int64_t v, int64_t c, Workers& workers) const override {
        requireIds(ids, count, v, "embedding backward");
        int64_t strip = std::max<int64_t>(64, rowsOfChunk(count) / 16 * 16);
        workers.run((c + strip - 1) / strip, [&](int64_t chunk) {
            int64_t begin = chunk * strip;
            int64_t size = std::min(strip, c - begin);
            for (int64_t n = 0; n < count; n++) {
                const float* from = gradY + n * c + begin;
                float* to = gradTable + ids[n] * c + begin;
                for (int64_t i = 0; i < size; i++) {
                    to[i] += from[i];
                }
            }
        });
    }
};

}  // namespace

std::shared_ptr<const Embedding> threadedLookup() { return std::make_shared<ThreadedLookup>(); }

}  // namespace llmsys
