// A fixed pool of threads that share one call's chunks.
//
//   run(n, body):  body(0) ... body(n-1), each exactly once, in any order, by any thread; returns when all are done
//
// The caller takes chunks too, so it never waits for a worker that the system has put to sleep. Each thread walks along a share of its own and
// then helps with the others', so neighbouring chunks mostly meet one thread's caches. Workers spin briefly, then park.
// Chunks have fixed boundaries chosen by the kernel, so results never depend on the number of threads. A call from inside a chunk runs
// on its own thread alone. The first exception of a chunk is thrown to the caller when all chunks have ended.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace llmsys {

// A borrowed callable: no allocation for a call.
class ChunkBody {
public:
    // Not a copy of another one, which this template would win over.
    template <typename F, typename = std::enable_if_t<!std::is_same_v<std::remove_const_t<F>, ChunkBody>>>
    explicit ChunkBody(F& body) : self_(&body), call_([](void* self, int64_t chunk) { (*static_cast<F*>(self))(chunk); }) {}
    void operator()(int64_t chunk) const { call_(self_, chunk); }

private:
    void* self_;
    void (*call_)(void*, int64_t);
};

class Workers {
public:
    // threads >= 1, the caller included: Workers(1) starts none.
    explicit Workers(int threads);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    int threads() const noexcept;

    template <typename F>
    void run(int64_t chunks, F&& body) {
        auto& named = body;
        runBody(chunks, ChunkBody(named));
    }

    void runBody(int64_t chunks, ChunkBody body);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace llmsys
