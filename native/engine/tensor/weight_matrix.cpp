#include "engine/tensor/weight_matrix.h"

#include <cstring>
#include <limits>
#include <string>

#include "engine/core/error.h"
#include "engine/matmul/panels.h"
#include "engine/tensor/large_pages.h"
#include "engine/tensor/quantization.h"

namespace llmsys {

namespace {

std::string textOf(const lls_weights& part) {
    return std::string(nameOf(part.type)) + " (" + std::to_string(part.rows) + ", " + std::to_string(part.columns) + ")";
}

// The sum of the rows, or what does not fit.
int64_t outputsOf(const std::vector<lls_weights>& parts) {
    if (parts.empty()) {
        throw Error(LLS_SHAPE, "a weight matrix of no parts", "its type and inputs are those of its parts", "pass at least one");
    }
    int64_t outputs = 0;
    for (const lls_weights& part : parts) {
        requireWeightType(part.type);
        if (part.rows < 0 || part.columns < 0) {
            throw Error(LLS_SHAPE, "weights " + textOf(part), "no extent is negative", "pass the shape of the data");
        }
        if (part.type != parts[0].type || part.columns != parts[0].columns) {
            throw Error(LLS_SHAPE, "weights " + textOf(part) + " below " + textOf(parts[0]),
                    "parts of one matrix have one type and one number of columns",
                        "make a matrix of each");
        }
        bytesOf(part.type, part.columns);
        if (part.rows > std::numeric_limits<int64_t>::max() - WeightMatrix::WIDTH - outputs) {
            throw Error(LLS_SHAPE, "weights " + textOf(part), "so many rows cannot be counted", "pass the shape of the data");
        }
        outputs += part.rows;
        if (part.data == nullptr && part.rows > 0 && part.columns > 0) {
            throw Error(LLS_INVALID, "weights " + textOf(part) + " have null for data", "they are read", "pass the address of their first row");
        }
    }
    return outputs;
}

int64_t panelBytes(lls_dtype type, int64_t inputs, int64_t panels) {
    int64_t row = bytesOf(type, inputs);
    int64_t bytes = 0;
    if (__builtin_mul_overflow(row, WeightMatrix::WIDTH, &bytes) || __builtin_mul_overflow(bytes, panels, &bytes)) {
        throw Error(LLS_SHAPE, "weights with " + std::to_string(inputs) + " inputs in " + std::to_string(panels) + " panels",
                    "so many bytes cannot be counted", "pass the shape of the data");
    }
    return bytes;
}

}  // namespace

WeightMatrix::WeightMatrix(const std::vector<lls_weights>& parts, const char* owner) : outputs_(outputsOf(parts)) {
    type_ = parts[0].type;
    inputs_ = parts[0].columns;
    panels_ = Buffer(panelBytes(type_, inputs_, panels()), owner);
    if (panels_.bytes() == 0) {
        return;
    }
    preferLargePages(panels_.data(), panels_.bytes());
    if (outputs_ % WIDTH != 0) {                                      // what no row fills
        int64_t bytes = bytesOf(type_, inputs_) * WIDTH;
        std::memset(static_cast<char*>(panels_.data()) + (panels() - 1) * bytes, 0, static_cast<size_t>(bytes));
    }
    int64_t output = 0;
    int64_t rowBytes = bytesOf(type_, inputs_);
    for (const lls_weights& part : parts) {
        auto* row = static_cast<const char*>(part.data);
        for (int64_t i = 0; i < part.rows; i++, output++, row += rowBytes) {
            putIntoPanel(type_, row, inputs_, output % WIDTH, const_cast<void*>(panel(output / WIDTH)));
        }
    }
}

const void* WeightMatrix::panel(int64_t index) const noexcept {
    return static_cast<const char*>(panels_.data()) + index * (panels_.bytes() / panels());
}

void WeightMatrix::widen(int64_t output, float* row) const { widenFromPanel(type_, panel(output / WIDTH), inputs_, output % WIDTH, row); }

}  // namespace llmsys
