// lls_embedding, lls_embedding_backward.
#include <cstring>

#include "engine/core/buffer.h"
#include "engine/elementwise/operands.h"
#include "engine/embedding/lookup.h"
#include "engine/tensor/quantization.h"

using namespace llmsys;

extern "C" {

lls_status lls_embedding(const char* name, const int32_t* ids, int64_t count, const lls_weights* table, float* y) {
    return guarded([&] {
        requireNotNull(table, "lls_embedding", "table");
        requireWeightType(table->type);
        int64_t size = checkedSize("lls_embedding", {table->rows, table->columns});
        requireArray(table->data, size, "lls_embedding", "table.data");
        int64_t numbers = checkedSize("lls_embedding", {count, table->columns});
        requireArray(ids, count, "lls_embedding", "ids");
        requireArray(y, numbers, "lls_embedding", "y");
        auto kernel = chosen<Embedding>("embedding", "lookup", name);
        int64_t rowBytes = bytesOf(table->type, table->columns);
        requireIds(ids, count, table->rows, "lls_embedding");
        if (numbers == 0) {
            return;
        }
        // The kernel reads an arranged table: of the rows that are asked for, not of the whole vocabulary.
        int64_t bytes = 0;
        if (__builtin_mul_overflow(count, rowBytes, &bytes)) {
            throw Error(LLS_SHAPE, "lls_embedding got " + std::to_string(count) + " ids", "so many rows cannot be addressed",
                        "look up fewer at a time");
        }
        Buffer rows(bytes, "embedding");
        Buffer order(count * static_cast<int64_t>(sizeof(int32_t)), "embedding");
        if (count > INT32_MAX) {
            throw Error(LLS_SHAPE, "lls_embedding got " + std::to_string(count) + " ids", "ids of a call are counted in 31 bits",
                        "look up fewer at a time");
        }
        for (int64_t n = 0; n < count; n++) {
            std::memcpy(static_cast<char*>(rows.data()) + n * rowBytes, static_cast<const char*>(table->data) + ids[n] * rowBytes,
                        static_cast<size_t>(rowBytes));
            static_cast<int32_t*>(order.data())[n] = static_cast<int32_t>(n);
        }
        WeightMatrix asked({lls_weights{rows.data(), table->type, count, table->columns}}, "embedding");
        kernel->forward(static_cast<const int32_t*>(order.data()), count, asked, y, *sharedWorkers());
    });
}

lls_status lls_embedding_backward(const char* name, const int32_t* ids, int64_t count, const float* grad_y, float* grad_table, int64_t v, int64_t c) {
    return guarded([&] {
        int64_t numbers = checkedSize("lls_embedding_backward", {count, c});
        int64_t size = checkedSize("lls_embedding_backward", {v, c});
        requireArray(ids, count, "lls_embedding_backward", "ids");
        requireArray(grad_y, numbers, "lls_embedding_backward", "grad_y");
        requireArray(grad_table, size, "lls_embedding_backward", "grad_table");
        auto kernel = chosen<Embedding>("embedding", "lookup", name);
        kernel->backward(ids, count, grad_y, grad_table, v, c, *sharedWorkers());
    });
}

}  // extern "C"
