// The operations of the tape. Each has a file in engine/autograd/operations/, forward beside backward.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/autograd/operation.h"

namespace llmsys::operations {

using Made = std::unique_ptr<Operation>;

Made matmul();                                                           // a (...,M,K), b (...,K,N), axes before the last two repeated
Made linear();                                                           // x (...,I), w (I,O), b (O) or none: y = x w + b
enum class Arithmetic { ADD, SUBTRACT, MULTIPLY, DIVIDE };
Made arithmetic(Arithmetic which);                                       // a, b, repeated to one shape
Made power();                                                            // a^b, repeated to one shape
enum class Unary { EXP, LOG, SQRT, ABS };
Made unary(Unary which);
Made scores();                                                           // x (...,C), table (V,C): x table^T, (...,V)
Made scale(double by);
enum class Reduction { SUM, MEAN };
Made reduction(Reduction which, std::vector<int64_t> axes);              // no axes: all, to ()
Made maximum(std::vector<int64_t> axes);                                 // no axes: of all, to ()
Made activation(const std::string& algorithm);
Made softmax(const std::string& algorithm);                              // along the last axis
Made layerNorm(double eps);                                              // x (...,C), gamma (C), beta (C) or none
Made rmsNorm(double eps);                                                // x (...,C), gamma (C)
Made embedding(std::vector<int32_t> ids);                                // table (V,C) to (ids,C)
Made crossEntropy(std::vector<int32_t> classes);                         // x (...,V) to (): mean over rows, -1 left out; 0 when none counts
Made meanSquaredError();                                                 // x, y to ()
Made reshape(std::vector<int64_t> extents);
Made transpose(std::vector<int64_t> axes);                               // axis i of the result is axis axes[i] of x
Made slice(std::vector<int64_t> cuts);                                   // begin, count and step for each axis of x
Made concatenate(int64_t axis);                                          // up to MOST_INPUTS, one behind another
Made attention(bool causal);                                             // q (B,NH,T,HS), k and v (B,NKV,S,HS)
Made selfAttention(int64_t heads, bool causal);                          // qkv (B,T,3C), queries, keys, values side by side, to (B,T,C)
Made rope(int64_t start, bool interleaved, double theta);                // x (B,NH,T,HS)

struct Settings {
    const int64_t* integers;
    int64_t integerCount;
    const double* numbers;
    int64_t numberCount;
};
// An operation by the name that llmsys.h lists. Throws Error LLS_NOT_FOUND, LLS_INVALID for settings that are not its.
Made named(const std::string& name, const Settings& settings);

}  // namespace llmsys::operations
