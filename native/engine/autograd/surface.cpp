// lls_tape_*.
#include <algorithm>
#include <cstring>

#include "engine/autograd/operations.h"
#include "engine/autograd/tape.h"
#include "engine/core/handles.h"
#include "engine/core/lasting.h"
#include "engine/core/surface.h"

namespace llmsys {

namespace {

Handles<Tape>& tapes() {
    static Lasting<Handles<Tape>> only;
    return only.get([] { return new Handles<Tape>("tape"); });
}

void requireCount(const char* function, const char* name, int64_t count, const void* data) {
    if (count < 0) {
        throw Error(LLS_INVALID, std::string(function) + " got " + std::to_string(count) + " for the count of " + name, "it is not negative",
                    "pass a count");
    }
    if (count > 0) {
        requireNotNull(data, function, name);
    }
}

void give(const char* function, const float* from, const Shape& shape, float* data, int64_t size) {
    if (size != shape.size()) {
        throw Error(LLS_SHAPE, std::string(function) + " got room for " + std::to_string(size) + " elements",
                    "the variable has shape " + shape.text(),
                    "pass memory for " + std::to_string(shape.size()));
    }
    if (size > 0) {
        requireNotNull(data, function, "data");
        std::memcpy(data, from, static_cast<size_t>(size) * sizeof(float));
    }
}

}  // namespace

}  // namespace llmsys

using namespace llmsys;

extern "C" {

lls_status lls_tape_open(lls_handle* tape) {
    return guarded([&] {
        requireNotNull(tape, "lls_tape_open", "tape");
        *tape = tapes().add(std::make_shared<Tape>());
    });
}

lls_status lls_tape_close(lls_handle tape) {
    return guarded([&] { tapes().close(tape); });
}

lls_status lls_tape_tensor(lls_handle tape, const float* data, const int64_t* extents, int32_t rank, int32_t requires_gradient, int32_t* variable) {
    return guarded([&] {
        requireNotNull(variable, "lls_tape_tensor", "variable");
        if (requires_gradient != 0 && requires_gradient != 1) {
            throw Error(LLS_INVALID, "lls_tape_tensor got " + std::to_string(requires_gradient) + " for requires_gradient", "it is 0 or 1",
                        "pass one of them");
        }
        *variable = tapes().get(tape)->tensor(data, Shape::of(extents, rank, "lls_tape_tensor"), requires_gradient == 1);
    });
}

lls_status lls_tape_apply(lls_handle tape, const char* operation, const int32_t* inputs, int32_t input_count, const int64_t* integers,
                          int64_t integer_count, const double* numbers, int32_t number_count, int32_t* variable) {
    return guarded([&] {
        requireNotNull(operation, "lls_tape_apply", "operation");
        requireNotNull(variable, "lls_tape_apply", "variable");
        requireCount("lls_tape_apply", "inputs", input_count, inputs);
        requireCount("lls_tape_apply", "integers", integer_count, integers);
        requireCount("lls_tape_apply", "numbers", number_count, numbers);
        std::shared_ptr<Tape> found = tapes().get(tape);
        *variable = found->apply(operations::named(operation, {integers, integer_count, numbers, number_count}), inputs, input_count);
    });
}

lls_status lls_tape_backward(lls_handle tape, int32_t variable) {
    return guarded([&] { tapes().get(tape)->backward(variable); });
}

lls_status lls_tape_zero_gradients(lls_handle tape) {
    return guarded([&] {
        std::shared_ptr<Tape> found = tapes().get(tape);
        found->restart(found->size());
    });
}

lls_status lls_tape_extents(lls_handle tape, int32_t variable, int64_t* extents, int32_t* rank) {
    return guarded([&] {
        requireNotNull(rank, "lls_tape_extents", "rank");
        std::shared_ptr<Tape> found = tapes().get(tape);
        const Shape& shape = found->shape(variable);
        if (shape.rank > 0) {
            requireNotNull(extents, "lls_tape_extents", "extents");
            std::copy(shape.extents, shape.extents + shape.rank, extents);
        }
        *rank = shape.rank;
    });
}

lls_status lls_tape_value(lls_handle tape, int32_t variable, float* data, int64_t size) {
    return guarded([&] {
        std::shared_ptr<Tape> found = tapes().get(tape);
        give("lls_tape_value", found->value(variable), found->shape(variable), data, size);
    });
}

lls_status lls_tape_gradient(lls_handle tape, int32_t variable, float* data, int64_t size) {
    return guarded([&] {
        std::shared_ptr<Tape> found = tapes().get(tape);
        give("lls_tape_gradient", found->gradient(variable), found->shape(variable), data, size);
    });
}

}  // extern "C"
