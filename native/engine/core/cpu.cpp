#include "engine/core/cpu.h"

#include <cstdlib>
#include <string_view>

#include "llmsys.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace llmsys {

namespace {

Cpu detect() {
    Cpu cpu;
#if defined(__x86_64__)
    __builtin_cpu_init();
    cpu.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    cpu.avx512 = cpu.avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512dq");
    cpu.vnni = cpu.avx512 && __builtin_cpu_supports("avx512vnni");
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (cpu.avx2 && __get_cpuid_count(1, 0, &a, &b, &c, &d) && (c & (1u << 29)) == 0) {
        cpu.avx2 = cpu.avx512 = cpu.vnni = false;                    // F16C comes with AVX2 everywhere but in strange hypervisors
    }
    if (cpu.avx2 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) {
        cpu.avxVnni = (a & (1u << 4)) != 0;
    }
    const char* only = std::getenv("LLMSYS_CPU");
    std::string_view most = only ? only : "";
    if (most == "scalar") {
        return Cpu{};
    }
    if (most == "avx2") {
        cpu.avx512 = cpu.vnni = false;
    }
#endif
    return cpu;
}

}  // namespace

const Cpu& Cpu::here() {
    static const Cpu cpu = detect();
    return cpu;
}

std::string Cpu::text() const {
    std::string text = avx512 ? "avx2 avx512" : avx2 ? "avx2" : "scalar";
    return text + (vnni ? " vnni" : "") + (avxVnni ? " avx-vnni" : "");
}

}  // namespace llmsys

extern "C" const char* lls_cpu(void) {
    static const std::string text = llmsys::Cpu::here().text();
    return text.c_str();
}
