// Versions, memory, arenas, implementations.
#include "tests/abi/refusals.h"

namespace abitest {

void addCore(Refusals& t, World& w) {
    t.number32("lls_require_abi", "version", [](int32_t n) { return lls_require_abi(static_cast<uint32_t>(n)); }, {0, -1, LLS_ABI_VERSION + 1});
    t.number32("lls_set_threads", "threads", [](int32_t n) { return lls_set_threads(n); }, {0, -1, 257, INT32_MIN, INT32_MAX});
    t.number("lls_allocate", "bytes", [&](int64_t n) { void* m; return lls_allocate(n, "abi", &m); }, {-1, LEAST, MOST, MOST - 63, MOST / 2});
    t.null("lls_allocate", "memory", [] { return lls_allocate(1, "abi", nullptr); });
    t.one("lls_free", "memory", "an address inside a vector", [&] { return lls_free(w.x.data()); });
    t.one("lls_free", "memory", "an address that is none", [] { return lls_free(reinterpret_cast<void*>(uintptr_t{64})); });
    t.null("lls_memory_total", "stats", [] { return lls_memory_total(nullptr); });
    t.null("lls_memory_owners", "count", [] { return lls_memory_owners(nullptr); });
    auto owner = [](int32_t index, int32_t capacity, bool text, bool stats) {
        char name[64];
        lls_memory_stats found;
        return lls_memory_owner(index, text ? name : nullptr, capacity, stats ? &found : nullptr);
    };
    t.number32("lls_memory_owner", "index", [=](int32_t n) { return owner(n, 64, true, true); }, {-1, INT32_MIN, INT32_MAX});
    t.number32("lls_memory_owner", "capacity", [=](int32_t n) { return owner(0, n, true, true); }, {0, -1, INT32_MIN});
    t.null("lls_memory_owner", "owner", [=] { return owner(0, 64, false, true); });
    t.null("lls_memory_owner", "stats", [=] { return owner(0, 64, true, false); });
    t.number("lls_memory_reserve", "bytes", [](int64_t n) { return lls_memory_reserve(n, "abi"); }, {-1, LEAST, MOST});
    t.number("lls_memory_release", "bytes", [](int64_t n) { return lls_memory_release(n, "nobody reserves this"); }, {-1, LEAST, MOST, 1});
    t.one("lls_memory_release", "owner", "nobody", [] { return lls_memory_release(1, "nobody holds this"); });
    t.number("lls_memory_limit", "bytes", [](int64_t n) { return lls_memory_limit(n); });
    t.number("lls_arena_open", "bytes", [](int64_t n) { lls_handle h; return lls_arena_open(n, "abi", &h); }, {-1, LEAST, MOST});
    t.null("lls_arena_open", "arena", [] { return lls_arena_open(64, "abi", nullptr); });
    t.handle("lls_arena_allocate", "arena", [](lls_handle h) { void* m; return lls_arena_allocate(h, 1, &m); }, w.model);
    t.number("lls_arena_allocate", "bytes", [&](int64_t n) { void* m; return lls_arena_allocate(w.arena, n, &m); }, {-1, LEAST, MOST, 1025});
    t.null("lls_arena_allocate", "memory", [&] { return lls_arena_allocate(w.arena, 1, nullptr); });
    t.handle("lls_arena_reset", "arena", lls_arena_reset, w.model);
    t.handle("lls_arena_used", "arena", [](lls_handle h) { int64_t u, n; return lls_arena_used(h, &u, &n); }, w.model);
    t.null("lls_arena_used", "used", [&] { int64_t n; return lls_arena_used(w.arena, nullptr, &n); });
    t.null("lls_arena_used", "capacity", [&] { int64_t n; return lls_arena_used(w.arena, &n, nullptr); });
    t.handle("lls_arena_close", "arena", lls_arena_close, w.model, false);

    t.null("lls_implementations", "count", [] { return lls_implementations("matmul", nullptr); });
    t.number32("lls_implementation", "index", [](int32_t n) { lls_implementation_info i; return lls_implementation(nullptr, n, &i); },
               {-1, INT32_MIN, INT32_MAX});
    t.name("lls_implementation", "slot", [](const char* s) { lls_implementation_info i; return lls_implementation(s, 0, &i); }, false);
    t.null("lls_implementation", "info", [] { return lls_implementation(nullptr, 0, nullptr); });
    t.name("lls_use", "slot", [](const char* s) { return lls_use(s, "naive"); });
    t.name("lls_use", "name", [](const char* s) { return lls_use("matmul", s); });
    t.name("lls_selected", "slot", [](const char* s) { const char* n; return lls_selected(s, "matmul", &n); });
    t.name("lls_selected", "algorithm", [](const char* s) { const char* n; return lls_selected("matmul", s, &n); });
    t.null("lls_selected", "name", [] { return lls_selected("matmul", "matmul", nullptr); });
    t.name("lls_unregister", "slot", [](const char* s) { return lls_unregister(s, "naive"); });
    t.name("lls_unregister", "name", [](const char* s) { return lls_unregister("matmul", s); });
    t.name("lls_load_plugin", "path", lls_load_plugin);
    t.one("lls_load_plugin", "path", "a text file", [&] { return lls_load_plugin(w.textFile.c_str()); });
    t.one("lls_load_plugin", "path", "a folder", [&] { return lls_load_plugin(w.folder.c_str()); });
    t.one("lls_fail", "status", "0 is no failure", [] { return lls_fail(LLS_OK, "what", "why", "fix"); });
    for (int missing = 0; missing < 3; missing++) {
        const char* parameters[] = {"error", "why", "fix"};
        t.null("lls_fail", parameters[missing],
               [=] { return lls_fail(LLS_STATE, missing == 0 ? nullptr : "a", missing == 1 ? nullptr : "b", missing == 2 ? nullptr : "c"); });
    }
}

}  // namespace abitest
