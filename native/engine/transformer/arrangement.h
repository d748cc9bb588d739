// From the tensors of a file to the matrices that rows are multiplied with: turned where a family has (in,out), put one below the other (q, k, v;
// gate, up), in the type of the file or in one that is asked for, to which each number is rounded once.
#pragma once

#include <optional>
#include <vector>

#include "engine/files/model_file.h"
#include "engine/tensor/weight_matrix.h"

namespace llmsys {

// inputsFirst: of the family's matrices. type: nothing for as it is; parts of several types become F32, and what fills no blocks keeps its own.
WeightMatrix arranged(const std::vector<const FileTensor*>& parts, bool inputsFirst, std::optional<lls_dtype> type);

// Vectors or tables one behind the other, in F32.
Buffer gathered(const std::vector<const FileTensor*>& parts);

}  // namespace llmsys
