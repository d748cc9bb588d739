// llmsys._native: the C surface of the engine for Python. One file a room; the package beside it adds what is better said in Python.
#include "bindings/released.h"
#include "bindings/errors.h"
#include "bindings/rooms.h"

PYBIND11_MODULE(_native, m) {
    using namespace llmsys::python;
    m.doc() = "The engine's C surface (llmsys.h) for Python. Use the package llmsys, which is built on it.";
    check(lls_require_abi(LLS_ABI_VERSION));
    Released::watch();
    translateErrors();
    addEngine(m);
    addImplementations(m);
    addMemory(m);
    addDlpack(m);
    addBufferDoor(m);
    addMatmul(m);
    addActivations(m);
    addSoftmax(m);
    addNormalization(m);
    addPositions(m);
    addAttention(m);
    addEmbedding(m);
    addLosses(m);
    addArithmetic(m);
    addSampling(m);
    addOptimizers(m);
    addTape(m);
    addTokenizer(m);
    addModel(m);
    addSession(m);
    addTrainer(m);
    addPipeline(m);
    addServer(m);
}
