// A text being written, one token at a time.
#include <cmath>

#include "bindings/array.h"
#include "bindings/define.h"
#include "bindings/model.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

class Session {
public:
    Session(const ModelHandle& model, const py::object& prompt, int32_t maxTokens, double temperature, int32_t topK, double topP, uint64_t seed,
            bool slide, int32_t alternatives, const std::vector<int32_t>& stopTokens) {
        Integers ids = integersOrList(prompt, "generate", "prompt");
        lls_generation_options options;
        lls_generation_defaults(&options);
        options.max_tokens = maxTokens;
        options.temperature = temperature;
        options.top_k = topK;
        options.top_p = topP;
        options.seed = seed;
        options.slide = slide ? 1 : 0;
        options.alternatives = alternatives;
        options.stop_tokens = stopTokens.data();
        options.stop_token_count = static_cast<int32_t>(stopTokens.size());
        lls_model_config config{};
        check(lls_model_config_of(model.get(), &config));
        vocabSize_ = config.vocab_size;
        lls_handle handle = 0;
        check(lls_session_open(model.get(), ids.data, ids.size(), &options, &handle));
        handle_ = Handle<lls_session_close>(handle);
    }

    // (id, log-probability or None, why it stopped or None)
    py::tuple next() {
        lls_token token{};
        check(unlocked([&] { return lls_session_next(handle_.get(), &token); }));
        return py::make_tuple(token.id, std::isnan(token.log_probability) ? py::object(py::none()) : py::float_(token.log_probability),
                              token.stop == nullptr ? py::object(py::none()) : py::str(token.stop));
    }

    py::list alternatives() {
        int32_t count = 0;
        check(lls_session_alternatives(handle_.get(), nullptr, nullptr, 0, &count));
        std::vector<int32_t> ids(static_cast<size_t>(count));
        std::vector<float> scores(ids.size());
        check(lls_session_alternatives(handle_.get(), ids.data(), scores.data(), count, &count));
        py::list found;
        for (size_t i = 0; i < ids.size(); i++) {
            found.append(py::make_tuple(ids[i], scores[i]));
        }
        return found;
    }

    FloatArray logits() {
        Floats y = newFloats({vocabSize_});
        check(lls_session_logits(handle_.get(), y.data));
        return y.array;
    }

    void cancel() { check(lls_session_cancel(handle_.get())); }
    void close() { check(handle_.close()); }

private:
    Handle<lls_session_close> handle_;
    int64_t vocabSize_ = 0;
};

}  // namespace

void addSession(py::module_& m) {
    using namespace py::literals;
    py::class_<Session> type(m, "Session",
                             "A text being written; llmsys.Model.stream is built on it. For one thread at a time; cancel may come from any.");
    defineConstructor<const ModelHandle&, const py::object&, int32_t, double, int32_t, double, uint64_t, bool, int32_t, const std::vector<int32_t>&>(
        type, "generate", "model"_a, "prompt"_a, py::kw_only(), "max_tokens"_a, "temperature"_a, "top_k"_a, "top_p"_a, "seed"_a, "slide"_a,
        "alternatives"_a, "stop_tokens"_a);
    type.def("next", &Session::next, "(id, log-probability or None, why it stopped or None); the id is -1 after the end.")
        .def("alternatives", &Session::alternatives, "The likeliest tokens in place of the last: (id, log-probability).")
        .def("logits", &Session::logits, "What the last token was chosen from, before filters: (V,).")
        .def("cancel", &Session::cancel, "The next next() tells \"cancelled\".")
        .def("close", &Session::close, "Gives its memory back.");
}

}  // namespace llmsys::python
