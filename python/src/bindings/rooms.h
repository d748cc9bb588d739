// What each file of this folder adds to the module.
#pragma once

#include <pybind11/pybind11.h>

namespace llmsys::python {

void addEngine(pybind11::module_& m);
void addImplementations(pybind11::module_& m);
void addMemory(pybind11::module_& m);
void addDlpack(pybind11::module_& m);
void addBufferDoor(pybind11::module_& m);
void addMatmul(pybind11::module_& m);
void addActivations(pybind11::module_& m);
void addSoftmax(pybind11::module_& m);
void addNormalization(pybind11::module_& m);
void addPositions(pybind11::module_& m);
void addAttention(pybind11::module_& m);
void addEmbedding(pybind11::module_& m);
void addLosses(pybind11::module_& m);
void addArithmetic(pybind11::module_& m);
void addSampling(pybind11::module_& m);
void addOptimizers(pybind11::module_& m);
void addTape(pybind11::module_& m);
void addTokenizer(pybind11::module_& m);
void addModel(pybind11::module_& m);
void addSession(pybind11::module_& m);
void addTrainer(pybind11::module_& m);
void addPipeline(pybind11::module_& m);
void addServer(pybind11::module_& m);

}  // namespace llmsys::python
