// Batches of token windows, read ahead by the threads of the Rust layer.
#include <optional>

#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/handle.h"
#include "bindings/rooms.h"
#include "bindings/rust.h"
#include "bindings/tokenizer.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

py::object newIds(int64_t rows, int64_t columns) { return py::array_t<int32_t>({static_cast<py::ssize_t>(rows), static_cast<py::ssize_t>(columns)}); }

lls_status closePipeline(lls_handle pipeline) { return pipeline == 0 ? LLS_OK : lls_pipeline_close(pipeline); }

class Pipeline {
public:
    Pipeline(const std::vector<py::object>& paths, const std::string& kind, const Tokenizer* tokenizer, std::optional<int32_t> batch,
             std::optional<int32_t> contextLength, std::optional<int32_t> threads, std::optional<int32_t> prefetch, uint64_t seed, int64_t epochs) {
        requireRust("Pipeline");
        std::vector<std::string> files;
        std::vector<const char*> names;
        for (const py::object& path : paths) {
            files.push_back(pathOf(path));
        }
        for (const std::string& file : files) {
            names.push_back(file.c_str());
        }
        lls_pipeline_options options;
        lls_pipeline_defaults(&options);
        options.paths = names.data();
        options.path_count = static_cast<int32_t>(names.size());
        options.kind = kind.c_str();
        options.tokenizer = tokenizer == nullptr ? 0 : tokenizer->handle();
        options.batch = batch.value_or(options.batch);
        options.context_length = contextLength.value_or(options.context_length);
        options.threads = threads.value_or(options.threads);
        options.prefetch = prefetch.value_or(options.prefetch);
        options.seed = seed;
        options.epochs = epochs;
        lls_handle handle = 0;
        check(unlocked([&] { return lls_pipeline_open(&options, &handle); }));
        handle_ = Handle<closePipeline>(handle);
        batch_ = options.batch;
        contextLength_ = options.context_length;
    }

    py::tuple next() {
        py::array_t<int32_t> inputs = newIds(batch_, contextLength_), targets = newIds(batch_, contextLength_);
        int32_t* in = inputs.mutable_data();
        int32_t* out = targets.mutable_data();
        int32_t end = 0;
        check(unlocked([&] { return lls_pipeline_next(handle_.get(), in, out, &end); }));
        if (end != 0) {
            throw py::stop_iteration();
        }
        return py::make_tuple(inputs, targets);
    }

    py::dict stats() const {
        lls_pipeline_stats told{};
        check(lls_pipeline_stats_of(handle_.get(), &told));
        py::dict found;
        found["tokens"] = told.tokens;
        found["batches"] = told.batches;
        found["epoch"] = told.epoch;
        found["waiting"] = told.waiting;
        found["waiting_bytes"] = told.waiting_bytes;
        found["reader_stalls"] = told.reader_stalls;
        found["consumer_stalls"] = told.consumer_stalls;
        return found;
    }

    void close() {
        lls_status status = unlocked([&] { return handle_.close(); });
        check(status);
    }

private:
    Handle<closePipeline> handle_;
    int64_t batch_ = 0, contextLength_ = 0;
};

}  // namespace

void addPipeline(py::module_& m) {
    using namespace py::literals;
    py::class_<Pipeline> type(m, "Pipeline", R"(Batches of token windows from files, read ahead by threads of their own.

Iterating gives (inputs, targets), int32 arrays (batch, context_length), targets one token later. The order of windows follows from seed and epoch,
never from the threads. prefetch bounds the batches that wait, and so the memory.

Errors: llmsys.Error for files that cannot be read, or where the library was built without cargo; ValueError for sizes out of range.

Example::

    with llmsys.Pipeline(["stories.txt"], kind="text", tokenizer=tok, batch=8, context_length=64, epochs=1) as batches:
        for inputs, targets in batches:
            ...
)");
    defineConstructor<const std::vector<py::object>&, const std::string&, const Tokenizer*, std::optional<int32_t>, std::optional<int32_t>,
                      std::optional<int32_t>, std::optional<int32_t>, uint64_t, int64_t>(
        type, "Pipeline", "paths"_a, py::kw_only(), "kind"_a = "text", "tokenizer"_a = py::none(), "batch"_a = py::none(),
        "context_length"_a = py::none(), "threads"_a = py::none(), "prefetch"_a = py::none(), "seed"_a = 0, "epochs"_a = 1,
        "kind: \"text\" (UTF-8, needs a tokenizer), \"u16\" or \"u32\" (token ids, little-endian). epochs 0: for ever. None: the engine's own "
        "choice.");
    type.def("__iter__", [](Pipeline& self) -> Pipeline& { return self; })
        .def("__next__", &Pipeline::next)
        .def("stats", &Pipeline::stats, "Counts: tokens, batches, epoch, waiting, waiting_bytes, reader_stalls, consumer_stalls.")
        .def("close", &Pipeline::close, "Ends its threads.")
        .def("__enter__", [](Pipeline& self) -> Pipeline& { return self; })
        .def("__exit__", [](Pipeline& self, const py::args&) { self.close(); });
}

}  // namespace llmsys::python
