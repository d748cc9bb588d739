// Tensors of a safetensors file, checked before a byte of data is looked at.
//
//   8 bytes: length of the header | {"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...} | data
//
// The header begins with { and has at most 32 MiB, 65,536 tensors, names of 256 bytes and 8 axes; nothing stands in it twice; the data of all
// tensors fills the rest of the file exactly: no overlap, no hole, nothing behind.
//
// Source: the README of huggingface/safetensors.
#pragma once

#include <string>
#include <vector>

#include "engine/files/model_file.h"

namespace llmsys {

// In the order of their data; points into the file. Throws Error LLS_FILE that lists everything found wrong, NaN and infinities too.
std::vector<FileTensor> readSafetensors(Bytes file, const std::string& name);

// Weights that are spread over several files: model.safetensors.index.json = {"weight_map": {"wte.weight": "model-00001-of-00002.safetensors", ...}}.
// Each file must hold exactly the tensors that the index names for it; a file's name is letters, digits, points, dashes and underscores, so it lies
// in the index's folder.
std::vector<FileTensor> readShards(const std::string& index, std::vector<std::shared_ptr<MappedFile>>& mapped);

}  // namespace llmsys
