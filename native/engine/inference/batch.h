// Several texts of one length continued together, greedily: what a batch is measured with.
#pragma once

#include "engine/inference/model.h"

namespace llmsys {

// ids (batch, count), written (batch, tokens).
void generateBatch(const Model& model, const int32_t* ids, int64_t batch, int64_t count, int64_t tokens, int32_t* written);

}  // namespace llmsys
