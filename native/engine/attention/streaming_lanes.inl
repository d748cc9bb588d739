// Attention in blocks, without a score matrix: blocks of queries over threads forward, key heads over threads backward.
//
// What a query does not see never reaches its result, but where a value that another query of its block sees is infinite or NaN, 0 times it is NaN.
#include <algorithm>

#include "engine/activation/lanes.h"
#include "engine/attention/few_queries.h"
#include "engine/attention/key_side.h"
#include "engine/attention/slots.h"
#include "engine/attention/streaming_backward.h"
#include "engine/attention/streaming_forward.h"
#include "engine/attention/streamings.h"

namespace llmsys::LANES {

namespace {

class StreamingAttention final : public Attention {
public:
    void forward(const Heads& q, const Heads& k, const Heads& v, const lls_mask& mask, const Heads& out, float* logSumExp,
                 Workers& workers) const override {
        if (FewQueries::fits(q, k)) {
            forwardFew(q, k, v, mask, out, logSumExp, workers);
            return;
        }
        int64_t blocks = (q.rows + QUERIES - 1) / QUERIES;
        Slots slots(workers, StreamingForward::scratch(q.width), "attention");
        workers.run(q.batch * q.heads * blocks, [&](int64_t chunk) {
            Slots::Taken slot(slots);
            int64_t index = blocks - 1 - chunk % blocks;                // the longest first, so that threads end together
            int64_t h = chunk / blocks % q.heads;
            int64_t b = chunk / blocks / q.heads;
            int64_t kv = h / (q.heads / k.heads);
            QueryBlock block(mask, b, h, index * QUERIES, q.rows, k.rows);
            float* lse = logSumExp ? logSumExp + (b * q.heads + h) * q.rows + block.begin : nullptr;
            StreamingForward(slot.floats(), q.width).run(block, HeadRows(q, b, h), HeadRows(k, b, kv), HeadRows(v, b, kv), HeadRows(out, b, h), lse);
        });
    }

    void backward(const Heads& q, const Heads& k, const Heads& v, const lls_mask& mask, const Heads& out, const float* logSumExp,
                  const Heads& gradOut, const Heads& gradQ, const Heads& gradK, const Heads& gradV, Workers& workers) const override {
        int64_t keySide = Slots::product(4 * k.rows, KeySide::padded(k.width));
        Slots slots(workers, Slots::sum(keySide, StreamingBackward::scratch(q.width)), "attention");
        workers.run(k.batch * k.heads, [&](int64_t chunk) {
            Slots::Taken slot(slots);
            int64_t b = chunk / k.heads;
            int64_t kv = chunk % k.heads;
            int64_t group = q.heads / k.heads;
            KeySide keys(slot.floats(), k.rows, k.width);
            keys.take(HeadRows(k, b, kv), HeadRows(v, b, kv), mask.lengths ? mask.lengths[b] : k.rows);
            StreamingBackward pass(slot.floats() + keySide, q.width);
            for (int64_t h = kv * group; h < (kv + 1) * group; h++) {
                StreamingBackward::Operands of{HeadRows(q, b, h), HeadRows(out, b, h), HeadRows(gradOut, b, h), HeadRows(gradQ, b, h), keys,
                                               logSumExp + (b * q.heads + h) * q.rows};
                for (int64_t t = 0; t < q.rows; t += QUERIES) {
                    pass.run(QueryBlock(mask, b, h, t, q.rows, k.rows), of);
                }
            }
            keys.give(HeadRows(gradK, b, kv), HeadRows(gradV, b, kv));
        });
    }

private:
    // A chunk is a few key heads: enough work for a thread to be worth waking.
    static void forwardFew(const Heads& q, const Heads& k, const Heads& v, const lls_mask& mask, const Heads& out, float* logSumExp,
                           Workers& workers) {
        double work = static_cast<double>(q.heads / k.heads * q.rows) * static_cast<double>(k.rows) * static_cast<double>(q.width);
        int64_t heads = static_cast<int64_t>(std::max(1.0, ENOUGH / std::max(1.0, work)));
        int64_t all = k.batch * k.heads;
        workers.run((all + heads - 1) / heads, [&](int64_t chunk) {
            for (int64_t i = chunk * heads; i < std::min(all, (chunk + 1) * heads); i++) {
                FewQueries::run(q, k, v, mask, out, logSumExp, i / k.heads, i % k.heads);
            }
        });
    }

    static constexpr double ENOUGH = 16384;      // products of numbers
};

}  // namespace

void addStreaming(Registry& registry, bool usable) {
    registry.add({"attention", "scaled-dot-product", std::string("streaming") + SUFFIX, NUMERICS,
                  "blocks of keys, softmax corrected as it goes, in tiles of registers",
                  "https://arxiv.org/abs/2205.14135", RANKING, usable, std::make_shared<StreamingAttention>()});
}

}  // namespace llmsys::LANES
