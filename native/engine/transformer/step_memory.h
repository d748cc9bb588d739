// Memory of one step's intermediates, reused by the steps that follow: grows to the most rows seen, nothing is allocated for a token.
#pragma once

#include <cstdint>

#include "engine/core/buffer.h"
#include "engine/files/model_config.h"

namespace llmsys {

class StepMemory {
public:
    explicit StepMemory(const ModelConfig& config) : config_(config) {}

    // Room for so many rows, and logits of so many of them. Throws Error LLS_OUT_OF_MEMORY, and holds what it held then.
    void require(int64_t rows, int64_t outputs);
    void release() noexcept;

    float* x() const noexcept { return x_.floats(); }                    // (R,C) the stream
    float* normalized() const noexcept { return normalized_.floats(); }  // (R,C)
    float* qkv() const noexcept { return qkv_.floats(); }                // (R,(NH + 2 NKV) HS)
    float* heads() const noexcept { return heads_.floats(); }            // (R,NH HS) what attention found
    float* hidden() const noexcept { return hidden_.floats(); }          // (R,F), gated (R,2F)
    float* found() const noexcept { return found_.floats(); }            // (R,C) what a sublayer adds
    float* saved() const noexcept { return saved_.floats(); }            // (R,2) of a norm, for traces
    int32_t* positions() const noexcept { return static_cast<int32_t*>(positions_.data()); }
    int32_t* ids() const noexcept { return static_cast<int32_t*>(ids_.data()); }
    float* logits() const noexcept { return logits_.floats(); }          // (outputs,V)

private:
    const ModelConfig& config_;
    int64_t rows_ = 0;
    int64_t outputs_ = 0;
    Buffer x_, normalized_, qkv_, heads_, hidden_, found_, saved_, positions_, ids_, logits_;
};

}  // namespace llmsys
