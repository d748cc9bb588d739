// A .bin of llama2.c: a Llama in one file, little endian, whose length must be exactly what its header says.
//
//   version 0   C F L NH NKV V contextLength (7 ints; V negative: the output has a table of its own) | F32: table, input norms, q, k, v, o,
//               norms before the networks, gates, downs, ups, last norm, cosines and sines of rotary positions, output
//   version 1   "ak42" 1 | 7 ints | shared output (a byte) | zeros up to byte 256 | F32: input norms, norms before the networks, last norm,
//               table, q, k, v, o, gates, downs, ups, output
//   version 2   "ak42" 2 | 7 ints | shared output | group size (an int) | zeros up to byte 256 | as version 1, each matrix as signed bytes,
//               then a scale of F32 for each group
//
// Each kind of weight stands for all layers together, then the next kind. Rows of q and k stand in the interleaved order of rotary positions; base
// 10000 and epsilon 1e-5 are those of Llama 2.
//
// Source: export.py of karpathy/llama2.c.
#pragma once

#include "engine/files/model_file.h"

namespace llmsys {

// Points into the file. Throws Error LLS_FILE that lists everything wrong.
ModelFile readLlama2c(Bytes file, const std::string& name);

// The tokenizer beside a model, which does not name it: tokenizer.bin, else a tok*.bin, if it has as many entries; else "".
std::string llama2cTokenizerBeside(const std::string& model, int64_t vocabSize);

}  // namespace llmsys
