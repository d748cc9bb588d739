// The engine's allocator: counts by owner, and arenas whose memory numpy arrays see.
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"

namespace llmsys::python {

namespace {

constexpr int64_t ALIGNMENT = 64;

// The regions of an arena. Arrays share them, so memory lives until the last array is gone, whoever closes the arena.
class Regions {
public:
    Regions(int64_t chunk, std::string owner) : chunk_(chunk), owner_(std::move(owner)) {}
    Regions(const Regions&) = delete;
    ~Regions() {
        for (lls_handle region : regions_) {
            lls_arena_close(region);
        }
    }

    void* take(int64_t bytes) {
        void* memory = nullptr;
        if (!regions_.empty() && room(regions_.back()) >= bytes) {
            check(lls_arena_allocate(regions_.back(), bytes, &memory));
            return memory;
        }
        lls_handle region = 0;
        check(lls_arena_open(std::max(chunk_, bytes), owner_.c_str(), &region));
        regions_.push_back(region);
        check(lls_arena_allocate(region, bytes, &memory));
        return memory;
    }

    void reset() {
        for (lls_handle region : regions_) {
            check(lls_arena_reset(region));
        }
        if (regions_.size() > 1) {  // the first one stays for what comes
            for (size_t i = 1; i < regions_.size(); i++) {
                check(lls_arena_close(regions_[i]));
            }
            regions_.resize(1);
        }
    }

    int64_t sum(bool used) const {
        int64_t all = 0;
        for (lls_handle region : regions_) {
            int64_t taken = 0, capacity = 0;
            check(lls_arena_used(region, &taken, &capacity));
            all += used ? taken : capacity;
        }
        return all;
    }

    std::atomic<int64_t> views{0};

private:
    static int64_t room(lls_handle region) {
        int64_t taken = 0, capacity = 0;
        check(lls_arena_used(region, &taken, &capacity));
        return capacity - taken;
    }

    int64_t chunk_;
    std::string owner_;
    std::vector<lls_handle> regions_;
};

using Shared = std::shared_ptr<Regions>;

// The object that an array holds on to: it goes when the array and all its views are gone.
py::capsule hold(const Shared& regions) {
    regions->views++;
    return py::capsule(new Shared(regions), [](void* held) {
        Shared* last = static_cast<Shared*>(held);
        (*last)->views--;
        delete last;
    });
}

class Arena {
public:
    Arena(int64_t chunk, const std::string& owner) : regions_(std::make_shared<Regions>(chunk, owner)) {
        if (owner.empty() || owner.size() > 63 || owner.find('\0') != std::string::npos) {
            valueError("Arena got an owner of " + std::to_string(owner.size()) + " bytes", "memory_stats counts by names of 1 to 63 bytes",
                       "pass a short name");
        }
        if (chunk < 1) {
            valueError("Arena got a chunk of " + std::to_string(chunk) + " bytes", "memory is taken in chunks of that size", "pass 1 or more");
        }
    }

    py::array empty(const py::object& shape, const py::object& type) {
        py::dtype dtype = dtypeOf(type, "Arena.empty");
        if (dtype.attr("hasobject").cast<bool>()) {
            typeError("Arena.empty got dtype " + std::string(py::str(dtype)), "an arena holds numbers, not Python objects",
                      "pass a dtype of numbers");
        }
        Extents extents = extentsOf(shape, "Arena.empty", "shape");
        int64_t bytes = 0;
        if (__builtin_mul_overflow(sizeOf(extents), static_cast<int64_t>(dtype.itemsize()), &bytes) || bytes > INT64_MAX - ALIGNMENT) {
            valueError("Arena.empty got shape " + shapeText(extents), "so many bytes cannot be counted", "pass a shape that fits memory");
        }
        void* memory = open("empty").take((bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        return py::array(dtype, std::vector<py::ssize_t>(extents.begin(), extents.end()), memory, hold(regions_));
    }

    py::array zeros(const py::object& shape, const py::object& type) {
        py::array array = empty(shape, type);
        array.attr("fill")(0);
        return array;
    }

    py::array copy(const py::object& array) {
        py::object source = asArray(array, "Arena.copy", "array");
        py::array made = empty(source.attr("shape"), source.attr("dtype"));
        py::module_::import("numpy").attr("copyto")(made, source);
        return made;
    }

    void reset() {
        refuseViews("reset");
        open("reset").reset();
    }
    void free() {
        if (regions_) {
            refuseViews("free");
            regions_.reset();
        }
    }
    // Nothing more is given out; memory goes back when the last array is gone.
    void leave() { regions_.reset(); }

    int64_t views() const { return regions_ ? regions_->views.load() : 0; }
    int64_t used() const { return regions_ ? regions_->sum(true) : 0; }
    int64_t capacity() const { return regions_ ? regions_->sum(false) : 0; }
    bool closed() const { return !regions_; }

private:
    Regions& open(const char* what) {
        if (!regions_) {
            engineError(LLS_STATE, std::string("Arena.") + what + " after the arena was left",
                        "its memory has been given back, or goes back with the last array", "call it inside the with block, or before free()");
        }
        return *regions_;
    }
    void refuseViews(const char* what) const {
        if (regions_ && regions_->views > 0) {
            int64_t count = regions_->views;
            engineError(LLS_STATE,
                        std::string("Arena.") + what + " while " + std::to_string(count) + (count == 1 ? " array is" : " arrays are") + " in use",
                        "an array, or a view of one, still sees this memory",
                        "delete them (del x) or copy them (x.copy()) first; leaving the with block waits for them");
        }
    }

    Shared regions_;
};

py::dict stats(const lls_memory_stats& from) {
    py::dict told;
    told["live_bytes"] = from.live_bytes;
    told["peak_bytes"] = from.peak_bytes;
    told["allocations"] = from.allocations;
    told["frees"] = from.frees;
    told["limit_bytes"] = from.limit_bytes;
    return told;
}

py::tuple memory() {
    lls_memory_stats total{};
    check(lls_memory_total(&total));
    int32_t count = 0;
    check(lls_memory_owners(&count));
    py::dict owners;
    for (int32_t i = 0; i < count; i++) {
        char owner[64] = {};
        lls_memory_stats one{};
        if (lls_memory_owner(i, owner, sizeof owner, &one) == LLS_OK) {
            owners[owner] = stats(one);
        }
    }
    return py::make_tuple(stats(total), owners);
}

}  // namespace

void addMemory(py::module_& m) {
    using namespace py::literals;
    define(m, "memory", &memory, "Counts of the allocator, and the same for each owner; llmsys.memory_stats makes MemoryStats of them.");
    define(m, "memory_limit", [](int64_t bytes) { check(lls_memory_limit(bytes)); }, "bytes"_a,
        "An allocation of the engine that would pass so many bytes fails with llmsys.Error from now on. 0: no limit.");
    py::class_<Arena> type(m, "Arena", R"(Memory of the engine's allocator, given out piece by piece and given back as a whole.

Arrays in it are numpy arrays, aligned to 64 bytes, counted by memory_stats() under the owner's name.
An array keeps its memory alive, also after the with block: leaving it only ends the giving out. free() and reset() are for who wants the memory
back now, and are refused while an array is in use.

Errors: llmsys.Error for free or reset with live arrays, for use after the arena was left, and when memory or its limit is exhausted; ValueError for
shapes that cannot be.

Example::

    with llmsys.Arena() as arena:
        x = arena.empty((3, 4))
)");
    defineConstructor<int64_t, const std::string&>(
        type, "Arena", "chunk"_a = 1 << 20, "owner"_a = "arena",
        "chunk: bytes that are taken from the allocator at a time, more for a larger array. owner: the name in memory_stats().");
    defineMethod(type, "Arena.empty", &Arena::empty, "shape"_a, "dtype"_a = "float32", "An array of that shape, not filled.");
    defineMethod(type, "Arena.zeros", &Arena::zeros, "shape"_a, "dtype"_a = "float32", "An array of zeros.");
    defineMethod(type, "Arena.copy", &Arena::copy, "array"_a, "A copy in C order, of the same dtype and shape.");
    type.def("reset", &Arena::reset, "All memory is free to be given out again.")
        .def("free", &Arena::free, "Gives all memory back; refused while an array is in use.")
        .def("close", &Arena::free, "The same as free().")
        .def("__enter__", [](Arena& self) -> Arena& { return self; })
        .def("__exit__", [](Arena& self, const py::args&) { self.leave(); })
        .def_property_readonly("views", &Arena::views, "Arrays in use.")
        .def_property_readonly("used", &Arena::used, "Bytes given out.")
        .def_property_readonly("capacity", &Arena::capacity, "Bytes taken from the allocator.")
        .def_property_readonly("closed", &Arena::closed, "Whether it gives out nothing more.");
}

}  // namespace llmsys::python
