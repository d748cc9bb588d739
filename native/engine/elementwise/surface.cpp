// lls_elementwise.
#include <string_view>

#include "engine/elementwise/operands.h"

using namespace llmsys;

extern "C" lls_status lls_elementwise(const char* operation, const char* name, const float* a, const float* b, float by, float* y, int64_t size) {
    return guarded([&] {
        requireNotNull(operation, "lls_elementwise", "operation");
        int64_t count = checkedSize("lls_elementwise", {size});
        requireArray(a, count, "lls_elementwise", "a");
        requireArray(y, count, "lls_elementwise", "y");
        auto kernel = chosen<Elementwise>("elementwise", "elementwise", name);
        auto workers = sharedWorkers();
        std::string_view what = operation;
        bool two = what == "add" || what == "subtract" || what == "multiply" || what == "divide";
        if (two) {
            requireArray(b, count, "lls_elementwise", "b");
        } else if (b != nullptr && (what == "scale" || what == "add-scaled")) {
            throw Error(LLS_INVALID, "lls_elementwise got an array b for " + std::string(what), "it works with one number", "pass null for b");
        }
        if (what == "add") {
            kernel->add(a, b, y, count, *workers);
        } else if (what == "subtract") {
            kernel->subtract(a, b, y, count, *workers);
        } else if (what == "multiply") {
            kernel->multiply(a, b, y, count, *workers);
        } else if (what == "divide") {
            kernel->divide(a, b, y, count, *workers);
        } else if (what == "scale") {
            kernel->scale(a, by, y, count, *workers);
        } else if (what == "add-scaled") {
            kernel->addScaled(a, by, y, count, *workers);
        } else {
            throw Error(LLS_NOT_FOUND, "lls_elementwise knows no operation " + std::string(what),
                        "there are add, subtract, multiply, divide, scale, add-scaled", "choose one of these");
        }
    });
}
