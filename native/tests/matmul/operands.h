// Operands for the tests of this room: matrices with any strides inside a guarded array, and random numbers.
#pragma once

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "engine/core/kernels.h"
#include "engine/core/registry.h"
#include "engine/tensor/quantization.h"

namespace matmultest {

using llmsys::Implementation;
using llmsys::Matrix;
using llmsys::MatmulKernel;

enum class Layout { ROWS, COLUMNS, GAPS, BOTH, BACKWARDS };
constexpr Layout LAYOUTS[] = {Layout::ROWS, Layout::COLUMNS, Layout::GAPS, Layout::BOTH, Layout::BACKWARDS};

// A matrix with room around its elements; what lies between them must stay as it is.
struct Operand {
    static constexpr float GUARD = 12345.0f;
    std::vector<float> memory;
    Matrix matrix;

    Operand(int64_t rows, int64_t columns, Layout layout, std::mt19937& random) : matrix{nullptr, rows, columns, 0, 0} {
        switch (layout) {
            case Layout::ROWS: matrix.row_stride = columns, matrix.column_stride = 1; break;
            case Layout::COLUMNS: matrix.row_stride = 1, matrix.column_stride = rows; break;
            case Layout::GAPS: matrix.row_stride = columns + 3, matrix.column_stride = 1; break;
            case Layout::BOTH: matrix.row_stride = 2 * columns + 1, matrix.column_stride = 2; break;
            case Layout::BACKWARDS: matrix.row_stride = -(columns + 1), matrix.column_stride = 1; break;
        }
        memory.assign(static_cast<size_t>(3 * (rows + 1) * (columns + 3)), GUARD);
        matrix.data = memory.data() + 5 + (layout == Layout::BACKWARDS ? rows * (columns + 1) : 0);
        std::uniform_real_distribution<float> uniform(-1, 1);
        for (int64_t r = 0; r < rows; r++) {
            for (int64_t c = 0; c < columns; c++) {
                at(r, c) = uniform(random);
            }
        }
    }
    Operand(const Operand& other) : memory(other.memory),
            matrix(other.matrix) { matrix.data = memory.data() + (other.matrix.data - other.memory.data()); }

    float& at(int64_t r, int64_t c) { return matrix.data[r * matrix.row_stride + c * matrix.column_stride]; }
    bool sameBits(const Operand& other) const { return memory.size() == other.memory.size()
            && std::memcmp(memory.data(), other.memory.data(), memory.size() * 4) == 0; }
};

// Providers of a class that this processor runs.
inline std::vector<Implementation> providers(const std::string& numerics) {
    std::vector<Implementation> found;
    for (const Implementation& each : llmsys::Registry::process().list()) {
        if (each.slot == "matmul" && each.numerics == numerics && each.usable) {
            found.push_back(each);
        }
    }
    return found;
}

inline const MatmulKernel& kernelOf(const Implementation& implementation) { return *static_cast<const MatmulKernel*>(implementation.kernel.get()); }

inline std::vector<float> randomNumbers(int64_t count, std::mt19937& random) {
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> numbers(static_cast<size_t>(count));
    for (float& each : numbers) {
        each = normal(random);
    }
    return numbers;
}

// Weights as a file holds them.
struct FileWeights {
    std::vector<char> bytes;
    lls_weights weights;
    FileWeights(lls_dtype type, int64_t rows, int64_t columns, std::mt19937& random) : weights{nullptr, type, rows, columns} {
        bytes.resize(static_cast<size_t>(llmsys::bytesOf(type, columns) * rows) + 1);
        std::vector<float> numbers = randomNumbers(rows * columns, random);
        llmsys::narrow(type, numbers.data(), rows * columns, bytes.data());
        weights.data = bytes.data();
    }
    std::vector<float> widened() const {
        std::vector<float> numbers(static_cast<size_t>(weights.rows * weights.columns));
        llmsys::widen(weights.type, weights.data, weights.rows * weights.columns, numbers.data());
        return numbers;
    }
};

}  // namespace matmultest
