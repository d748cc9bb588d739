// The providers of slot "matmul". Those of class fma-k-ascending give equal bits; those of q8-blocks do among each other, with Q8_0 and Q4_0
// weights, and are of the first class with all others. WebAssembly has no fused multiply-add, so its own classes are "mul-add-k-ascending" and
// "q8-blocks-mul-add".
#include <memory>

#include "engine/core/builtin.h"
#include "engine/core/cpu.h"
#include "engine/matmul/integer_matmul.h"
#include "engine/matmul/naive.h"
#include "engine/matmul/packed.h"
#include "engine/matmul/tiled.h"

namespace llmsys {

namespace {

const char* const EXACT = "fma-k-ascending";
const char* const INTEGER = "q8-blocks";
const char* const ROUNDED = "mul-add-k-ascending";
const char* const ROUNDED_INTEGER = "q8-blocks-mul-add";
const char* const GOTO = "Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008";
const char* const BLOCKED = "Lam, Rothberg and Wolf, The Cache Performance and Optimizations of Blocked Algorithms, 1991";
const char* const GGML = "llama.cpp, Q8_0 dot products";

struct Row {
    const char* name;
    const char* numerics;
    const char* summary;
    const char* reference;
    int ranking;
    bool usable;
};

}  // namespace

void registerMatmul(Registry& registry) {
    const Cpu& cpu = Cpu::here();
    auto add = [&](const Row& row, std::shared_ptr<const MatmulKernel> kernel) {
        registry.add({"matmul", "matmul", row.name, row.numerics, row.summary, row.reference, row.ranking, row.usable, std::move(kernel)});
    };
    auto threaded = std::make_shared<TiledMatmul>(tileLoops(), true);
    add({"naive", EXACT, "three nested loops, the reference", "", 0, true}, std::make_shared<NaiveMatmul>());
    add({"q8-blocks", INTEGER, "narrow weights in whole numbers, plain loops", GGML, 1, true},
            std::make_shared<IntegerMatmul>(*integerKernelScalar(), threaded));
    add({"tiled", EXACT, "the loops in blocks of 32 KiB, one thread", BLOCKED, 10, true}, std::make_shared<TiledMatmul>(tileLoops(), false));
    add({"threaded", EXACT, "the same over all threads", BLOCKED, 20, true}, threaded);
    if (const MicroKernel* kernel = microKernelWasm()) {
        auto packed = std::make_shared<PackedMatmul>(*kernel);
        add({"packed-wasm", ROUNDED, "packed panels and tiles of 4 x 16 in registers of four floats", GOTO, 30, true}, packed);
        if (const IntegerKernel* integers = integerKernelWasm()) {
            add({"packed-wasm-int8", ROUNDED_INTEGER, "packed-wasm, and Q8_0 and Q4_0 weights in whole numbers", GGML, 35, true},
                std::make_shared<IntegerMatmul>(*integers, packed));
        }
    }
    if (const MicroKernel* kernel = microKernelAvx2()) {
        auto packed = std::make_shared<PackedMatmul>(*kernel);
        add({"packed-avx2", EXACT, "packed panels and tiles of 6 x 16 in the registers of AVX2", GOTO, 30, cpu.avx2}, packed);
        add({"packed-avx2-int8", INTEGER, "packed-avx2, and Q8_0 and Q4_0 weights in whole numbers", GGML, 35, cpu.avx2},
            std::make_shared<IntegerMatmul>(*integerKernelAvx2(), packed));
    }
    if (const MicroKernel* kernel = microKernelAvx512()) {
        auto packed = std::make_shared<PackedMatmul>(*kernel);
        add({"packed-avx512", EXACT, "packed panels and tiles of 12 x 32 in the registers of AVX-512", GOTO, 40, cpu.avx512}, packed);
        add({"packed-avx512-vnni", INTEGER, "packed-avx512, and Q8_0 and Q4_0 weights in whole numbers", GGML, 50, cpu.vnni},
            std::make_shared<IntegerMatmul>(*integerKernelVnni(), packed));
    }
}

}  // namespace llmsys
