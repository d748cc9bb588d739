// What is changed in the logits (V) of one sequence before a token is picked. A token that is taken out gets minus infinity; one always stays.
//
//   temperature   logits[v] = (logits[v] - max) / t;  t = 0: only the likeliest stays          Ackley, Hinton, Sejnowski 1985
//   top-k         the k likeliest stay                                                         Fan et al. 2018, https://arxiv.org/abs/1805.04833
//   top-p         q = softmax(logits) from high to low: the first n with q_1 + ... + q_n >= p  Holtzman et al. 2019, https://arxiv.org/abs/1904.09751
//   min-p         those with logits[v] >= max + ln p                                           Nguyen et al. 2024, https://arxiv.org/abs/2407.01082
//
// Of equals the lower ids stay. Settings out of range are refused with Error LLS_INVALID.
#pragma once

#include "engine/core/kernels.h"

namespace llmsys {

class TemperatureFilter final : public Filter {
public:
    void apply(float* logits, int64_t v, double temperature) const override;    // 0 to 100
};

class TopKFilter final : public Filter {
public:
    void apply(float* logits, int64_t v, double k) const override;              // a whole number from 1
};

class TopPFilter final : public Filter {
public:
    void apply(float* logits, int64_t v, double p) const override;              // 0 to 1
};

class MinPFilter final : public Filter {
public:
    void apply(float* logits, int64_t v, double p) const override;              // 0 to 1
};

}  // namespace llmsys
