#include "engine/matmul/naive.h"

#include <cmath>

namespace llmsys {

void NaiveMatmul::multiply(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c, bool accumulate, Workers&) const {
    for (int64_t m = 0; m < c.rows; m++) {
        for (int64_t n = 0; n < c.columns; n++) {
            float& place = c.data[m * c.row_stride + n * c.column_stride];
            float sum = accumulate ? place : bias != nullptr ? bias[n] : 0.0f;
            for (int64_t k = 0; k < a.columns; k++) {
                sum = std::fma(a.data[m * a.row_stride + k * a.column_stride], b.data[k * b.row_stride + n * b.column_stride], sum);
            }
            place = sum;
        }
    }
}

}  // namespace llmsys
