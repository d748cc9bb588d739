// The interfaces of the phases: what a provider implements. One abstract class a slot, stateless and thread-safe.
// Axis letters: B batch, T sequence, C embedding, NH query heads, NKV key heads, HS head dim, F hidden, V vocabulary; M, N, K of a product.
// Strides are in elements. Unless a line says otherwise: operands may not overlap results; extents may be 0; nothing is kept after a call.
#pragma once

#include <cstdint>

#include "engine/core/workers.h"
#include "engine/tensor/weight_matrix.h"
#include "llmsys.h"

namespace llmsys {

using Matrix = lls_matrix;        // float* data, rows, columns, row_stride, column_stride
using Heads = lls_heads;          // float* data (B,heads,T,HS) with strides, last axis side by side
using Weights = lls_weights;      // (N,K) rows of a type as a file holds them

// slot "matmul", algorithm "matmul":  C[m,n] = start + sum over k ascending of A[m,k] * B[k,n], start = bias[n], or C itself when accumulating, or 0
class MatmulKernel {
public:
    virtual ~MatmulKernel() = default;
    virtual void multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers& workers) const = 0;
    // C (M,N) = A (M,K) * W^T + bias, W (N,K) a weight matrix of any type; A and C have column stride 1. Default: widens a panel at a time and
    // multiplies.
    virtual void multiplyWeights(const Matrix& a, const WeightMatrix& w, const float* bias, const Matrix& c, Workers& workers) const;
    // C (M,N) = A (M,K) * W + bias, W (K,N) in panels that the caller keeps; A and C have column stride 1. Default: widens a panel at a time.
    virtual void multiplyPanels(const Matrix& a, const lls_panels& w, const float* bias, const Matrix& c, Workers& workers) const;
    // count products of equal shapes, operands `stride` elements apart. Default: one after another.
    virtual void multiplyBatch(const Matrix& a, int64_t aStride, const Matrix& b, int64_t bStride, const Matrix& c, int64_t cStride, int64_t count,
                               bool accumulate, Workers& workers) const;
};

// slot "activation", algorithms "relu", "gelu", "gelu-tanh", "silu", "sigmoid", "tanh":  y[i] = f(x[i]);  gradX[i] (+)= gradY[i] * f'(x[i]).
// y may be x. backward gets x and y.
class Activation {
public:
    virtual ~Activation() = default;
    virtual void forward(const float* x, float* y, int64_t size, Workers& workers) const = 0;
    virtual void backward(const float* x, const float* y, const float* gradY, float* gradX, int64_t size, bool accumulate,
                          Workers& workers) const = 0;
};

// slot "softmax", algorithms "softmax", "log-softmax", along the last axis of (R,C), rows side by side. y may be x.
class Softmax {
public:
    virtual ~Softmax() = default;
    virtual void forward(const float* x, float* y, int64_t rows, int64_t columns, Workers& workers) const = 0;
    virtual void backward(const float* y, const float* gradY, float* gradX, int64_t rows, int64_t columns, bool accumulate,
                          Workers& workers) const = 0;
};

// slot "normalization", algorithms "layernorm", "rmsnorm" over rows (R,C). gamma, beta (C) or null.
// saved: layernorm (R,2) mean and 1/deviation, rmsnorm (R,1) 1/root; or null when no backward follows.
// backward adds to gradGamma and gradBeta (null when not wanted) in ascending rows, and writes gradX.
class Normalization {
public:
    virtual ~Normalization() = default;
    virtual int64_t savedPerRow() const = 0;
    virtual void forward(const float* x, const float* gamma, const float* beta, float eps, float* y, float* saved, int64_t rows, int64_t columns,
                         Workers& workers) const = 0;
    virtual void backward(const float* x, const float* gamma, const float* saved, const float* gradY, float* gradX, float* gradGamma, float* gradBeta,
                          int64_t rows, int64_t columns, Workers& workers) const = 0;
};

// slot "position", algorithms "rope" (turns heads), "sinusoidal" (adds to x). Learned positions are an embedding table.
class Position {
public:
    virtual ~Position() = default;
    // heads[b,h,t,:] turned by the angles position t + start; pairs lie side by side (interleaved) or half a head apart. In place.
    // frequencies: HS/2 radians a position. inverse: turns back, which is the gradient.
    virtual void rotate(const Heads& heads, const int32_t* positions, const double* frequencies, bool interleaved, bool inverse,
                        Workers& workers) const = 0;
    // x (T,C) += the encoding of positions start ... start + T - 1
    virtual void add(float* x, int64_t start, int64_t t, int64_t c, double theta, Workers& workers) const = 0;
};

// slot "attention", algorithm "scaled-dot-product":  out = softmax(q k^T / sqrt(HS) + mask + slope * distance) v, grouped heads: query head h reads
// key head h * NKV / NH. causal: query i of T sees keys 0 ... S - T + i. logSumExp (B,NH,T) or null.
class Attention {
public:
    virtual ~Attention() = default;
    virtual void forward(const Heads& q, const Heads& k, const Heads& v, const lls_mask& mask, const Heads& out, float* logSumExp,
                         Workers& workers) const = 0;
    // writes gradQ, gradK, gradV
    virtual void backward(const Heads& q, const Heads& k, const Heads& v, const lls_mask& mask, const Heads& out, const float* logSumExp,
                          const Heads& gradOut, const Heads& gradQ, const Heads& gradK, const Heads& gradV, Workers& workers) const = 0;
};

// slot "embedding", algorithm "lookup":  y[t,:] = table[ids[t],:];  gradTable[ids[t],:] += gradY[t,:], t ascending. table of any weight type.
class Embedding {
public:
    virtual ~Embedding() = default;
    virtual void forward(const int32_t* ids, int64_t count, const WeightMatrix& table, float* y, Workers& workers) const = 0;
    virtual void backward(const int32_t* ids, int64_t count, const float* gradY, float* gradTable, int64_t v, int64_t c, Workers& workers) const = 0;
};

// slot "loss", algorithms "cross-entropy" (targets are classes, -1 left out), "mse" (targets are values): one loss a row of (N,V)
class Loss {
public:
    virtual ~Loss() = default;
    virtual void forward(const float* predictions, const int32_t* classes, const float* values, float* losses, int64_t n, int64_t v,
                         Workers& workers) const = 0;
    virtual void backward(const float* predictions, const int32_t* classes, const float* values, const float* gradLosses,
                          float* gradPredictions, int64_t n, int64_t v, Workers& workers) const = 0;
};

// slot "elementwise", algorithm "elementwise": rows of equal size, rounded once. y may be a or b.
class Elementwise {
public:
    virtual ~Elementwise() = default;
    virtual void add(const float* a, const float* b, float* y, int64_t size, Workers& workers) const = 0;
    virtual void subtract(const float* a, const float* b, float* y, int64_t size, Workers& workers) const = 0;
    virtual void multiply(const float* a, const float* b, float* y, int64_t size, Workers& workers) const = 0;
    virtual void divide(const float* a, const float* b, float* y, int64_t size, Workers& workers) const = 0;
    virtual void scale(const float* a, float by, float* y, int64_t size, Workers& workers) const = 0;      // y = a * by
    virtual void addScaled(const float* a, float by, float* y, int64_t size, Workers& workers) const = 0;  // y += a * by, product rounded first
};

// slot "optimizer", algorithms "adamw", "sgd": one step in place. memory: adamw two moments of the weight's size, sgd none.
class Optimizer {
public:
    virtual ~Optimizer() = default;
    virtual int memories() const = 0;
    virtual void update(float* weight, const float* gradient, float* const* memory, int64_t size, const lls_optimizer_step& step,
                        Workers& workers) const = 0;
};

// slot "sampler", algorithms "greedy", "categorical"; slot "filter", algorithms "temperature", "top-k", "top-p": logits (V) in place
class Sampler {
public:
    virtual ~Sampler() = default;
    // draw: uniform in [0,1), a function of seed and position; greedy ignores it. -infinity is never picked; ties go to the lowest id.
    virtual int32_t pick(const float* logits, int64_t v, double draw) const = 0;
};
class Filter {
public:
    virtual ~Filter() = default;
    virtual void apply(float* logits, int64_t v, double setting) const = 0;
};

}  // namespace llmsys
