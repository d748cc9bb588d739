// A small character model learnt from a text.
#include "bindings/define.h"
#include "bindings/handle.h"
#include "bindings/model.h"
#include "bindings/rooms.h"
#include "bindings/tokenizer.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

class Trainer {
public:
    Trainer(const std::string& text, int32_t contextLength, int32_t embeddingDim, int32_t numLayers, int32_t numHeads, int32_t batch,
            double learningRate, double weightDecay, uint64_t seed) {
        lls_training_options options;
        lls_training_defaults(&options);
        options.context_length = contextLength;
        options.embedding_dim = embeddingDim;
        options.num_layers = numLayers;
        options.num_heads = numHeads;
        options.batch = batch;
        options.learning_rate = learningRate;
        options.weight_decay = weightDecay;
        options.seed = seed;
        lls_handle handle = 0;
        check(unlocked([&] { return lls_trainer_open(text.data(), static_cast<int64_t>(text.size()), &options, &handle); }));
        handle_ = Handle<lls_trainer_close>(handle);
    }

    py::tuple step() {
        float loss = 0, norm = 0;
        check(unlocked([&] { return lls_trainer_step(handle_.get(), &loss, &norm); }));
        return py::make_tuple(loss, norm);
    }

    py::tuple model() {
        lls_handle model = 0, tokenizer = 0;
        check(unlocked([&] { return lls_trainer_model(handle_.get(), &model, &tokenizer); }));
        return py::make_tuple(ModelHandle(model), Tokenizer(tokenizer));
    }

private:
    Handle<lls_trainer_close> handle_;
};

}  // namespace

void addTrainer(py::module_& m) {
    using namespace py::literals;
    lls_training_options defaults;
    lls_training_defaults(&defaults);
    py::class_<Trainer> type(m, "TrainerHandle", "A training run of the engine; llmsys.CharacterTrainer is built on it.");
    defineConstructor<const std::string&, int32_t, int32_t, int32_t, int32_t, int32_t, double, double, uint64_t>(
        type, "CharacterTrainer", "text"_a, py::kw_only(), "context_length"_a = defaults.context_length, "embedding_dim"_a = defaults.embedding_dim,
        "num_layers"_a = defaults.num_layers, "num_heads"_a = defaults.num_heads, "batch"_a = defaults.batch,
        "learning_rate"_a = defaults.learning_rate, "weight_decay"_a = defaults.weight_decay, "seed"_a = defaults.seed);
    type.def("step", &Trainer::step, "One step: (loss of its batch before the update in nats, norm of the gradient).")
        .def("model", &Trainer::model, "(model, tokenizer) as they are now, copies.");
}

}  // namespace llmsys::python
