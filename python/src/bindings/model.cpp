#include "bindings/model.h"

#include <cxxabi.h>
#include <exception>
#include <memory>

#include "bindings/acquired.h"
#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/rooms.h"
#include "bindings/tokenizer.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

ModelHandle load(const py::object& path, const std::string& type) {
    std::string file = pathOf(path);
    lls_handle handle = 0;
    check(unlocked([&] { return lls_model_load(file.c_str(), type.c_str(), &handle); }));
    return ModelHandle(handle);
}

py::dict config(const ModelHandle& model) {
    lls_model_config told{};
    check(lls_model_config_of(model.get(), &told));
    py::dict found;
    found["family"] = told.family;
    found["vocab_size"] = told.vocab_size;
    found["context_length"] = told.context_length;
    found["embedding_dim"] = told.embedding_dim;
    found["num_layers"] = told.num_layers;
    found["num_heads"] = told.num_heads;
    found["num_kv_heads"] = told.num_kv_heads;
    found["head_dim"] = told.head_dim;
    found["hidden_dim"] = told.hidden_dim;
    found["norm_eps"] = told.norm_eps;
    found["rope_theta"] = told.rope_theta;
    found["tied"] = told.tied != 0;
    found["has_biases"] = told.has_biases != 0;
    found["interleaved"] = told.interleaved != 0;
    found["parameters"] = told.parameters;
    found["bytes"] = told.bytes;
    return found;
}

Extents logitsShape(const ModelHandle& model, const Integers& ids) {
    if (ids.shape.size() != 1) {
        valueError("logits of ids of shape " + shapeText(ids.shape), "a text is one row of ids", "pass (T,)");
    }
    lls_model_config told{};
    check(lls_model_config_of(model.get(), &told));
    return {ids.size(), told.vocab_size};
}

FloatArray logits(const ModelHandle& model, const py::object& given) {
    Integers ids = integersOrList(given, "logits", "ids");
    Floats y = newFloats(logitsShape(model, ids));
    check(unlocked([&] { return lls_model_logits(model.get(), ids.data, ids.size(), y.data); }));
    return y.array;
}

// Copies what the trace shows. Nothing may be thrown through the engine, so the first failure waits, and the rest is not looked at.
struct Copies {
    const py::object& wanted;  // None, or a function of the name
    py::dict found;
    std::exception_ptr failure;

    void add(const char* hook, const float* data, const int64_t* extents, int32_t rank) {
        if (!wanted.is_none() && !wanted(hook).cast<bool>()) {
            return;
        }
        Floats y = newFloats(Extents(extents, extents + rank));
        std::copy(data, data + y.size(), y.data);
        found[hook] = y.array;
    }
    static void visit(void* self, const char* hook, const float* data, const int64_t* extents, int32_t rank) {
        Copies& copies = *static_cast<Copies*>(self);
        Acquired locked;
        if (copies.failure) {
            return;
        }
        try {
            copies.add(hook, data, extents, rank);
#ifdef __GLIBCXX__
        } catch (const abi::__forced_unwind&) {
            Released::holdForEver();       // Python ended while its function ran: nothing may pass through the engine, and the lock is not held
#endif
        } catch (...) {
            copies.failure = std::current_exception();
        }
    }
};

py::tuple trace(const ModelHandle& model, const py::object& given, const py::object& wanted) {
    Integers ids = integersOrList(given, "run_with_cache", "ids");
    Floats y = newFloats(logitsShape(model, ids));
    Copies copies{wanted, {}, nullptr};
    lls_status status = unlocked([&] { return lls_model_trace(model.get(), ids.data, ids.size(), y.data, &Copies::visit, &copies); });
    if (copies.failure) {
        std::rethrow_exception(copies.failure);
    }
    check(status);
    return py::make_tuple(y.array, copies.found);
}

}  // namespace

void addModel(py::module_& m) {
    using namespace py::literals;
    py::class_<ModelHandle> type(m, "ModelHandle", "A loaded model of the engine; llmsys.Model is built on it.");
    defineStatic(type, "ModelHandle.load", &load, "path"_a, "dtype"_a);
    defineMethod(type, "ModelHandle.logits", &logits, "ids"_a);
    defineMethod(type, "ModelHandle.trace", &trace, "ids"_a, "wanted"_a = py::none());
    type.def("config", &config)
        .def("tokenizer",
             [](const ModelHandle& model) -> py::object {
                 lls_handle handle = 0;
                 lls_status status = lls_model_tokenizer(model.get(), &handle);
                 if (status == LLS_NOT_FOUND) {
                     return py::none();
                 }
                 check(status);
                 return py::cast(Tokenizer(handle));
             })
        .def("close", &ModelHandle::close);
}

}  // namespace llmsys::python
