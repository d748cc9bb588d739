#include "engine/transformer/decoder_pass.h"

#include <cstring>

namespace llmsys {

namespace {

constexpr int64_t FEW_ROWS = 8;            // sequences with so many are shared out among the threads, longer ones are computed by all of them

Matrix matrix(const float* data, int64_t rows, int64_t columns, int64_t stride) { return {const_cast<float*>(data), rows, columns, stride, 1}; }

}  // namespace

DecoderPass::DecoderPass(const Decoder& decoder, const SequencePart* parts, int64_t count, Outputs outputs, const StepKernels& kernels,
                         StepMemory& space,
                         Workers& workers, Trace* trace)
    : decoder_(decoder), config_(decoder.config()), parts_(parts), count_(count), last_(outputs == Outputs::LAST), kernels_(kernels), space_(space),
      workers_(workers), trace_(trace) {
    for (int64_t i = 0; i < count; i++) {
        rows_ += parts[i].rows;
    }
    space_.require(rows_, 0);
}

void DecoderPass::run(float* logits) {
    embed();
    for (int64_t layer = 0; layer < config_.numLayers; layer++) {
        block_ = trace_ != nullptr ? "blocks." + std::to_string(layer) + "." : std::string();
        block(layer);
    }
    block_.clear();
    normalize(decoder_.weights_.finalNorm, "ln_final");
    const WeightMatrix& head = decoder_.weights_.head();
    kernels_.matmul->multiplyWeights(matrix(space_.normalized(), rows_, config_.embeddingDim, config_.embeddingDim), head, nullptr,
                                     matrix(logits, rows_, config_.vocabSize, config_.vocabSize), workers_);
    if (trace_ != nullptr) {
        trace_->showRows("logits", logits, rows_, config_.vocabSize, config_.vocabSize);
    }
}

void DecoderPass::embed() {
    int64_t c = config_.embeddingDim;
    int64_t row = 0;
    for (int64_t i = 0; i < count_; i++) {
        for (int64_t t = 0; t < parts_[i].rows; t++, row++) {
            space_.ids()[row] = parts_[i].ids[t];
            space_.positions()[row] = static_cast<int32_t>(parts_[i].cache->length() + t);
        }
    }
    float* x = space_.x();
    kernels_.embedding->forward(space_.ids(), rows_, *decoder_.weights_.table, x, workers_);
    if (trace_ != nullptr) {
        trace_->showRows("hook_embed", x, rows_, c, c);
    }
    bool learned = config_.position == "learned";
    if (!learned && config_.position != "sinusoidal") {
        return;
    }
    float* added = space_.found();
    row = 0;
    for (int64_t i = 0; i < count_; i++) {
        int64_t start = parts_[i].cache->length();
        size_t bytes = static_cast<size_t>(parts_[i].rows * c) * 4;
        if (learned) {
            std::memcpy(added + row * c, decoder_.weights_.positions.floats() + start * c, bytes);
        } else {
            std::memset(added + row * c, 0, bytes);
            kernels_.position->add(added + row * c, start, parts_[i].rows, c, 10000, workers_);
        }
        row += parts_[i].rows;
    }
    if (trace_ != nullptr) {
        trace_->showRows("hook_pos_embed", added, rows_, c, c);
    }
    kernels_.elementwise->add(x, added, x, rows_ * c, workers_);
}

void DecoderPass::block(int64_t layer) {
    const BlockWeights& weights = decoder_.weights_.blocks[static_cast<size_t>(layer)];
    int64_t c = config_.embeddingDim;
    if (trace_ != nullptr) {
        trace_->showRows(place("hook_resid_pre"), space_.x(), rows_, c, c);
    }
    normalize(weights.norm1, "ln1");
    multiply(space_.normalized(), c, c, weights.qkv, space_.qkv());
    attend(layer, last_ && layer == config_.numLayers - 1);
    multiply(space_.heads(), config_.headsWidth(), config_.headsWidth(), weights.o, space_.found());
    if (trace_ != nullptr) {
        trace_->showRows(place("hook_attn_out"), space_.found(), rows_, c, c);
    }
    add();
    if (trace_ != nullptr) {
        trace_->showRows(place("hook_resid_mid"), space_.x(), rows_, c, c);
    }
    normalize(weights.norm2, "ln2");
    network(weights);
    if (trace_ != nullptr) {
        trace_->showRows(place("hook_mlp_out"), space_.found(), rows_, c, c);
    }
    add();
    if (trace_ != nullptr) {
        trace_->showRows(place("hook_resid_post"), space_.x(), rows_, c, c);
    }
}

void DecoderPass::attend(int64_t layer, bool lastOnly) {
    int64_t width = config_.qkvWidth();
    int64_t keys = config_.headsWidth();
    int64_t values = keys + config_.numKvHeads * config_.headDim;
    rotate();
    float* qkv = space_.qkv();
    int64_t row = 0;
    for (int64_t i = 0; i < count_; i++) {
        parts_[i].cache->write(layer, parts_[i].rows, qkv + row * width + keys, qkv + row * width + values, width);
        row += parts_[i].rows;
    }
    if (lastOnly) {
        keepLastRows();
    }
    bool few = true;
    row = 0;
    for (int64_t i = 0; i < count_; i++) {
        int64_t queries = lastOnly ? 1 : parts_[i].rows;
        few &= queries <= FEW_ROWS;
        if (queries > FEW_ROWS) {
            attendOne(layer, parts_[i], qkv + row * width, space_.heads() + row * keys, queries);
        }
        row += queries;
    }
    if (few && count_ == 1) {
        attendOne(layer, parts_[0], qkv, space_.heads(), lastOnly ? 1 : parts_[0].rows);
        return;
    }
    workers_.run(count_, [&](int64_t i) {
        int64_t begin = 0;
        for (int64_t before = 0; before < i; before++) {
            begin += lastOnly ? 1 : parts_[before].rows;
        }
        int64_t queries = lastOnly ? 1 : parts_[i].rows;
        if (queries <= FEW_ROWS) {
            attendOne(layer, parts_[i], qkv + begin * width, space_.heads() + begin * keys, queries);
        }
    });
}

void DecoderPass::attendOne(int64_t layer, const SequencePart& part, float* queries, float* found, int64_t queryRows) {
    int64_t seen = part.cache->length() + part.rows;
    int64_t width = config_.headsWidth();
    Heads q{queries, 1, config_.numHeads, queryRows, config_.headDim, 0, config_.headDim, config_.qkvWidth()};
    Heads z{found, 1, config_.numHeads, queryRows, config_.headDim, 0, config_.headDim, width};
    lls_mask mask{1, config_.window, nullptr, decoder_.slopes_.empty() ? nullptr : decoder_.slopes_.data()};
    Heads k = part.cache->keys(layer, seen);
    kernels_.attention->forward(q, k, part.cache->values(layer, seen), mask, z, nullptr, workers_);
    if (trace_ != nullptr) {
        trace_->showAttention(place("attn"), q, k, mask);
        trace_->showRows(place("attn.hook_z"), found, queryRows, width, width, config_.numHeads);
    }
}

void DecoderPass::rotate() {
    int64_t width = config_.qkvWidth();
    int64_t hs = config_.headDim;
    int64_t q = config_.headsWidth();
    int64_t kv = config_.numKvHeads * hs;
    float* qkv = space_.qkv();
    if (trace_ != nullptr) {
        trace_->showRows(place("attn.hook_q"), qkv, rows_, q, width, config_.numHeads);
        trace_->showRows(place("attn.hook_k"), qkv + q, rows_, kv, width, config_.numKvHeads);
        trace_->showRows(place("attn.hook_v"), qkv + q + kv, rows_, kv, width, config_.numKvHeads);
    }
    if (config_.position != "rope") {
        return;
    }
    Heads both{qkv, 1, config_.numHeads + config_.numKvHeads, rows_, hs, 0, hs, width};       // keys stand right behind the queries
    kernels_.position->rotate(both, space_.positions(), decoder_.frequencies_.data(), config_.interleaved, false, workers_);
    if (config_.scaling.magnitude != 1) {
        for (int64_t t = 0; t < rows_; t++) {
            kernels_.elementwise->scale(qkv + t * width, static_cast<float>(config_.scaling.magnitude), qkv + t * width, q + kv, workers_);
        }
    }
    if (trace_ != nullptr) {
        trace_->showRows(place("attn.hook_rot_q"), qkv, rows_, q, width, config_.numHeads);
        trace_->showRows(place("attn.hook_rot_k"), qkv + q, rows_, kv, width, config_.numKvHeads);
    }
}

void DecoderPass::keepLastRows() {
    int64_t c = config_.embeddingDim;
    int64_t width = config_.qkvWidth();
    int64_t end = 0;
    for (int64_t i = 0; i < count_; i++) {
        end += parts_[i].rows;
        if (end - 1 != i) {                                      // rows only move forward, so none is overwritten before it is read
            std::memcpy(space_.x() + i * c, space_.x() + (end - 1) * c, static_cast<size_t>(c) * 4);
            std::memcpy(space_.qkv() + i * width, space_.qkv() + (end - 1) * width, static_cast<size_t>(config_.headsWidth()) * 4);
        }
    }
    rows_ = count_;
}

void DecoderPass::network(const BlockWeights& weights) {
    int64_t f = config_.hiddenDim;
    int64_t c = config_.embeddingDim;
    float* hidden = space_.hidden();
    multiply(space_.normalized(), c, c, weights.up, hidden);
    int64_t stride = config_.gated ? 2 * f : f;
    if (trace_ != nullptr) {
        trace_->showRows(place("mlp.hook_pre"), hidden, rows_, f, stride);
        if (config_.gated) {
            trace_->showRows(place("mlp.hook_pre_linear"), hidden + f, rows_, f, stride);
        }
    }
    if (config_.gated) {
        gate();
    } else {
        kernels_.activation->forward(hidden, hidden, rows_ * f, workers_);
    }
    if (trace_ != nullptr) {
        trace_->showRows(place("mlp.hook_post"), hidden, rows_, f, stride);
    }
    multiply(hidden, f, stride, weights.down, space_.found());
}

// gate = f(gate) * up, in the gate's place
void DecoderPass::gate() {
    int64_t f = config_.hiddenDim;
    auto row = [&](int64_t t) {
        float* gate = space_.hidden() + 2 * f * t;
        kernels_.activation->forward(gate, gate, f, workers_);
        kernels_.elementwise->multiply(gate, gate + f, gate, f, workers_);
    };
    if (rows_ == 1) {
        row(0);
    } else {
        workers_.run(rows_, row);
    }
}

void DecoderPass::normalize(const NormWeights& norm, const std::string& name) {
    int64_t c = config_.embeddingDim;
    int64_t perRow = kernels_.norm->savedPerRow();
    float* saved = trace_ == nullptr || perRow < 1 || perRow > 2 ? nullptr : space_.saved();       // a plug-in may save more
    kernels_.norm->forward(space_.x(), norm.gamma.floats(), norm.beta.floats(), config_.normEps, space_.normalized(), saved, rows_, c, workers_);
    if (trace_ != nullptr) {
        if (saved != nullptr) {
            trace_->showScale(block_ + name + ".hook_scale", saved, rows_, perRow);
        }
        trace_->showRows(block_ + name + ".hook_normalized", space_.normalized(), rows_, c, c);
    }
}

void DecoderPass::multiply(const float* from, int64_t in, int64_t fromStride, const LinearWeights& weights, float* to) {
    int64_t out = weights.matrix->outputs();
    kernels_.matmul->multiplyWeights(matrix(from, rows_, in, fromStride), *weights.matrix, weights.biasOrNull(), matrix(to, rows_, out, out),
                                     workers_);
}

void DecoderPass::add() { kernels_.elementwise->add(space_.x(), space_.found(), space_.x(), rows_ * config_.embeddingDim, workers_); }

}  // namespace llmsys
