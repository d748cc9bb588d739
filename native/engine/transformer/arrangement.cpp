#include "engine/transformer/arrangement.h"

#include <algorithm>
#include <cstring>

#include "engine/tensor/quantization.h"

namespace llmsys {

namespace {

constexpr const char* OWNER = "weights";
constexpr int64_t SQUARE = 32;      // both sides of a square that is turned stay in the cache

bool blocks(lls_dtype type) { return type == LLS_Q8_0 || type == LLS_Q4_0; }
int64_t alignmentOf(lls_dtype type) { return type == LLS_F32 ? 4 : 2; }

struct Rows {
    lls_weights weights;
    Buffer copy;                    // empty when the rows lie in the file as they are needed
};

template <typename T>
void turn(const uint8_t* from, int64_t in, int64_t out, uint8_t* to) {
    for (int64_t n0 = 0; n0 < out; n0 += SQUARE) {
        for (int64_t k0 = 0; k0 < in; k0 += SQUARE) {
            for (int64_t n = n0; n < std::min(n0 + SQUARE, out); n++) {
                for (int64_t k = k0; k < std::min(k0 + SQUARE, in); k++) {
                    std::memcpy(to + (n * in + k) * static_cast<int64_t>(sizeof(T)), from + (k * out + n) * static_cast<int64_t>(sizeof(T)),
                                sizeof(T));
                }
            }
        }
    }
}

// The part as (out,in) in this type.
Rows rowsOf(const FileTensor& part, bool inputsFirst, lls_dtype type) {
    bool turned = inputsFirst && !part.outputsFirst && !blocked(part.type);
    int64_t out = part.extents[turned ? 1 : 0];
    int64_t in = part.extents[turned ? 0 : 1];
    std::optional<lls_dtype> own = part.scales < 0 ? weightType(part.type) : std::nullopt;
    Rows rows{{nullptr, type, out, in}, {}};
    if (own == type && !turned && reinterpret_cast<uintptr_t>(part.data) % static_cast<uintptr_t>(alignmentOf(type)) == 0) {
        rows.weights.data = part.data;
        return rows;
    }
    rows.copy = Buffer(bytesOf(type, in) * out, OWNER);
    uint8_t* to = static_cast<uint8_t*>(rows.copy.data());
    rows.weights.data = to;
    if (own == type && !turned) {
        std::memcpy(to, part.data, static_cast<size_t>(rows.copy.bytes()));
    } else if (own == type) {
        type == LLS_F32 ? turn<uint32_t>(part.data, in, out, to) : turn<uint16_t>(part.data, in, out, to);
    } else {
        Buffer wide;
        if (turned) {
            Buffer straight(in * out * 4, OWNER);
            part.widen(0, in * out, straight.floats());
            wide = Buffer(in * out * 4, OWNER);
            turn<uint32_t>(static_cast<const uint8_t*>(straight.data()), in, out, static_cast<uint8_t*>(wide.data()));
        } else {
            wide = Buffer(in * 4, OWNER);                       // a row at a time
        }
        for (int64_t row = 0; row < out; row++) {
            float* numbers = wide.floats() + (turned ? row * in : 0);
            if (!turned) {
                part.widen(row * in, in, numbers);
            }
            narrow(type, numbers, in, to + row * bytesOf(type, in));
        }
    }
    return rows;
}

}  // namespace

WeightMatrix arranged(const std::vector<const FileTensor*>& parts, bool inputsFirst, std::optional<lls_dtype> type) {
    const FileTensor& first = *parts.front();
    bool turned = inputsFirst && !first.outputsFirst && !blocked(first.type);
    int64_t inputs = first.extents[turned ? 0 : 1];
    std::optional<lls_dtype> own = first.scales < 0 ? weightType(first.type) : std::nullopt;
    for (const FileTensor* part : parts) {
        own = part->scales < 0 && weightType(part->type) == own ? own : std::nullopt;
    }
    lls_dtype held = type && !(blocks(*type) && inputs % BLOCK != 0) ? *type : own.value_or(LLS_F32);
    std::vector<Rows> rows;
    std::vector<lls_weights> weights;
    for (const FileTensor* part : parts) {
        rows.push_back(rowsOf(*part, inputsFirst, held));
        weights.push_back(rows.back().weights);
    }
    return WeightMatrix(weights, OWNER);
}

Buffer gathered(const std::vector<const FileTensor*>& parts) {
    int64_t size = 0;
    for (const FileTensor* part : parts) {
        size += part->size();
    }
    Buffer all(size * 4, OWNER);
    float* to = all.floats();
    for (const FileTensor* part : parts) {
        part->widen(0, part->size(), to);
        to += part->size();
    }
    return all;
}

}  // namespace llmsys
