// lls_training_defaults, lls_trainer_*.
#include <algorithm>
#include <cstring>

#include "engine/core/handles.h"
#include "engine/core/lasting.h"
#include "engine/core/surface.h"
#include "engine/tokenizer/tokenizer_files.h"
#include "engine/training/character_trainer.h"

namespace llmsys {

namespace {

Handles<CharacterTrainer>& trainers() {
    static Lasting<Handles<CharacterTrainer>> only;
    return only.get([] { return new Handles<CharacterTrainer>("trainer"); });
}

constexpr lls_training_options CHAR_SMALL{sizeof(lls_training_options), 64, 128, 4, 4, 12, 1e-3, 0.1, 1337};

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" {

void lls_training_defaults(lls_training_options* options) {
    if (options != nullptr) {
        *options = CHAR_SMALL;
    }
}

lls_status lls_trainer_open(const char* utf8, int64_t bytes, const lls_training_options* options, lls_handle* trainer) {
    return guarded([&] {
        requireNotNull(utf8, "lls_trainer_open", "utf8");
        requireNotNull(options, "lls_trainer_open", "options");
        requireNotNull(trainer, "lls_trainer_open", "trainer");
        if (bytes < 0) {
            throw Error(LLS_INVALID, "lls_trainer_open got " + std::to_string(bytes) + " bytes", "no text has that length",
                        "pass the length of the text");
        }
        if (options->size != sizeof(lls_training_options)) {
            throw Error(LLS_INVALID, "lls_trainer_open got options of " + std::to_string(options->size) + " bytes",
                        "this library's have " + std::to_string(sizeof(lls_training_options)), "begin with lls_training_defaults");
        }
        *trainer = trainers().add(std::make_shared<CharacterTrainer>(std::string_view(utf8, static_cast<size_t>(bytes)), *options));
    });
}

lls_status lls_trainer_step(lls_handle trainer, float* loss, float* gradient_norm) {
    return guarded([&] {
        CharacterTrainer::Outcome outcome = trainers().get(trainer)->step();
        if (loss != nullptr) {
            *loss = outcome.loss;
        }
        if (gradient_norm != nullptr) {
            *gradient_norm = outcome.gradientNorm;
        }
    });
}

lls_status lls_trainer_model(lls_handle trainer, lls_handle* model, lls_handle* tokenizer) {
    return guarded([&] {
        if (model == nullptr && tokenizer == nullptr) {
            requireNotNull(model, "lls_trainer_model", "model");
        }
        std::shared_ptr<CharacterTrainer> found = trainers().get(trainer);
        lls_handle made = 0;
        if (model != nullptr) {
            made = models().add(found->model());
        }
        if (tokenizer != nullptr) {
            try {
                *tokenizer = tokenizers().add(found->tokenizer());
            } catch (...) {
                models().close(made);
                throw;
            }
        }
        if (model != nullptr) {
            *model = made;
        }
    });
}

lls_status lls_trainer_close(lls_handle trainer) {
    return guarded([&] { trainers().close(trainer); });
}

}  // extern "C"
