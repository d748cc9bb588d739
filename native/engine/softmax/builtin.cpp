#include "engine/core/builtin.h"
#include "engine/core/cpu.h"
#include "engine/softmax/reference.h"
#include "engine/softmax/softmaxes.h"

namespace llmsys {

void registerSoftmax(Registry& registry) {
    const char* book = "https://www.deeplearningbook.org/contents/mlp.html";
    registry.add({"softmax", "softmax", "softmax", "scalar-double", "exp(x) / sum of exp(x), row by row", book, 0, true, referenceSoftmax()});
    registry.add({"softmax", "log-softmax", "log-softmax", "scalar-double",
                  "logarithm of softmax, row by row",
                  book, 0, true, referenceLogSoftmax()});
    portable::addSoftmaxes(registry, true);
#if defined(__x86_64__)
    avx2::addSoftmaxes(registry, Cpu::here().avx2);
    avx512::addSoftmaxes(registry, Cpu::here().avx512);
#endif
}

}  // namespace llmsys
