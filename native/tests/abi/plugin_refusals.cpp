// Kernels that others register.
#include "tests/abi/refusals.h"

namespace abitest {

namespace {

lls_status multiply(void*, const lls_workers*, const lls_matrix*, const lls_matrix*, const float*, const lls_matrix*, int32_t) { return LLS_OK; }
lls_status activate(void*, const lls_workers*, const float*, float*, int64_t) { return LLS_OK; }
lls_status normalize(void*, const lls_workers*, const float*, const float*, const float*, float, float*, float*, int64_t, int64_t) { return LLS_OK; }
lls_status pick(void*, const float*, int64_t, double, int32_t*) { return LLS_OK; }
lls_status apply(void*, float*, int64_t, double) { return LLS_OK; }

template <typename Kernel>
void add(Refusals& t, const char* function, lls_status (*enter)(const lls_registration*, const Kernel*), const char* algorithm, Kernel good,
         void (*withoutBody)(Kernel&)) {
    lls_registration what{sizeof(lls_registration), algorithm, "abi-test", "abi", "one that is never registered", "none", 0, nullptr};
    t.null(function, "what", [=] { return enter(nullptr, &good); });
    t.null(function, "kernel", [=] { return enter(&what, nullptr); });
    for (uint32_t size : {0u, 1u, static_cast<uint32_t>(sizeof(Kernel)) - 1, UINT32_MAX}) {
        t.one(function, "kernel", "size " + std::to_string(size), [=] {
            Kernel bad = good;
            bad.size = size;
            return enter(&what, &bad);
        });
    }
    for (uint32_t size : {0u, 1u, static_cast<uint32_t>(sizeof what) - 1, UINT32_MAX}) {
        t.one(function, "what", "size " + std::to_string(size), [=] {
            lls_registration bad = what;
            bad.size = size;
            return enter(&bad, &good);
        });
    }
    t.one(function, "kernel", "no body", [=] {
        Kernel bad = good;
        withoutBody(bad);
        return enter(&what, &bad);
    });
    for (const char* lls_registration::*text : {&lls_registration::algorithm, &lls_registration::name}) {
        for (const char* value : {static_cast<const char*>(nullptr), ""}) {
            t.one(function, "what", value == nullptr ? "a text that is null" : "an empty text", [=] {
                lls_registration bad = what;
                bad.*text = value;
                return enter(&bad, &good);
            });
        }
    }
}

}  // namespace

void addPlugins(Refusals& t, World&) {
    add<lls_matmul_kernel>(t, "lls_register_matmul", lls_register_matmul, "matmul", {sizeof(lls_matmul_kernel), multiply},
                           [](lls_matmul_kernel& k) { k.multiply = nullptr; });
    add<lls_activation_kernel>(t, "lls_register_activation", lls_register_activation, "relu", {sizeof(lls_activation_kernel), activate, nullptr},
                               [](lls_activation_kernel& k) { k.forward = nullptr; });
    add<lls_normalization_kernel>(t, "lls_register_normalization", lls_register_normalization, "layernorm",
                                  {sizeof(lls_normalization_kernel), 2, normalize, nullptr},
                                          [](lls_normalization_kernel& k) { k.forward = nullptr; });
    add<lls_sampler_kernel>(t, "lls_register_sampler", lls_register_sampler, "greedy", {sizeof(lls_sampler_kernel), pick},
                            [](lls_sampler_kernel& k) { k.pick = nullptr; });
    add<lls_filter_kernel>(t, "lls_register_filter", lls_register_filter, "top-k", {sizeof(lls_filter_kernel), apply},
                           [](lls_filter_kernel& k) { k.apply = nullptr; });
}

}  // namespace abitest
