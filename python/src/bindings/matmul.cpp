// matmul, with numpy's meaning of batches and of arrays with one axis. This is the call that is made most, so it takes its arguments as CPython
// hands them over, and two matrices that can be read where they lie go straight to the engine.
#include "bindings/array.h"
#include "bindings/rooms.h"
#include "bindings/unlocked.h"

namespace llmsys::python {

namespace {

using py::detail::array_descriptor_proxy;
using py::detail::array_proxy;
using py::detail::npy_api;

constexpr Py_intptr_t FLOAT_BYTES = sizeof(float);

lls_matrix matrixOf(const Floats& floats) {
    size_t last = floats.shape.size() - 1;
    return {floats.data, floats.shape[last - 1], floats.shape[last], floats.strides[last - 1], floats.strides[last]};
}

int64_t workOf(const lls_matrix& a, const lls_matrix& b) {
    double work = static_cast<double>(a.rows) * static_cast<double>(a.columns) * static_cast<double>(b.columns);
    return work < LONG_CALL ? static_cast<int64_t>(work) : LONG_CALL;
}

// Whether the object is a float32 matrix to be read where it lies.
bool plainMatrix(PyObject* object, lls_matrix& matrix) {
    auto& api = npy_api::get();
    if (Py_TYPE(object) != api.PyArray_Type_) {
        return false;
    }
    auto* array = array_proxy(object);
    auto* type = array_descriptor_proxy(reinterpret_cast<PyObject*>(array->descr));
    if (array->nd != 2 || type->type_num != npy_api::NPY_FLOAT_ || type->byteorder == '>' || (array->flags & npy_api::NPY_ARRAY_ALIGNED_) == 0
        || array->strides[0] % FLOAT_BYTES != 0 || array->strides[1] % FLOAT_BYTES != 0) {
        return false;
    }
    matrix = {reinterpret_cast<float*>(array->data), array->dimensions[0], array->dimensions[1], array->strides[0] / FLOAT_BYTES,
              array->strides[1] / FLOAT_BYTES};
    return true;
}

// a (M,K) b (K,N) into a new array; null when it is not that simple.
PyObject* twoMatrices(PyObject* left, PyObject* right) {
    lls_matrix a, b;
    if (!plainMatrix(left, a) || !plainMatrix(right, b) || a.columns != b.rows) {
        return nullptr;
    }
    auto& api = npy_api::get();
    Py_intptr_t extents[2] = {a.rows, b.columns};
    PyObject* made =
        api.PyArray_NewFromDescr_(api.PyArray_Type_, api.PyArray_DescrFromType_(npy_api::NPY_FLOAT_), 2, extents, nullptr, nullptr, 0, nullptr);
    if (made == nullptr) {
        throw py::error_already_set();
    }
    py::object kept = py::reinterpret_steal<py::object>(made);
    lls_matrix c{reinterpret_cast<float*>(array_proxy(made)->data), a.rows, b.columns, b.columns, 1};
    check(unlocked(workOf(a, b), [&] { return lls_matmul(nullptr, &a, &b, nullptr, &c, 0); }));
    return kept.release().ptr();
}

// One axis more in front of a, or behind b, for an array with one axis.
Floats promoted(Floats floats, bool behind) {
    if (floats.rank() == 1) {
        floats.shape.insert(behind ? floats.shape.end() : floats.shape.begin(), 1);
        floats.strides.insert(behind ? floats.strides.end() : floats.strides.begin(), 0);
    }
    return floats;
}

[[noreturn]] void doNotFit(const Floats& a, const Floats& b, const std::string& why, const std::string& fix) {
    valueError("matmul: a of shape " + shapeText(a.shape) + " times b of shape " + shapeText(b.shape), why, fix);
}

// The axes before the last two, repeated to one shape as numpy does; strides of what is repeated are 0.
Extents batchOf(const Floats& a, const Floats& b, Extents& aStrides, Extents& bStrides) {
    int64_t rank = std::max(a.rank(), b.rank()) - 2;
    Extents batch(static_cast<size_t>(rank), 1);
    aStrides.assign(static_cast<size_t>(rank), 0);
    bStrides.assign(static_cast<size_t>(rank), 0);
    for (int64_t i = 0; i < rank; i++) {
        int64_t ai = i - rank + a.rank() - 2, bi = i - rank + b.rank() - 2;
        int64_t extentA = ai >= 0 ? a.shape[static_cast<size_t>(ai)] : 1, extentB = bi >= 0 ? b.shape[static_cast<size_t>(bi)] : 1;
        if (extentA != extentB && extentA != 1 && extentB != 1) {
            doNotFit(a, b, "axes before the last two are " + std::to_string(extentA) + " and " + std::to_string(extentB),
                     "pass batches of one shape, or of extent 1 where they repeat");
        }
        size_t at = static_cast<size_t>(i);
        batch[at] = extentA == 1 ? extentB : extentA;
        aStrides[at] = extentA == 1 ? 0 : a.strides[static_cast<size_t>(ai)];
        bStrides[at] = extentB == 1 ? 0 : b.strides[static_cast<size_t>(bi)];
    }
    return batch;
}

// Batches of products, the innermost axis of the batch as one call.
lls_status multiplyAll(const Extents& batch, size_t axis, lls_matrix a, const Extents& aStrides, lls_matrix b, const Extents& bStrides, lls_matrix c,
                       const Extents& cStrides) {
    if (batch.empty()) {
        return lls_matmul(nullptr, &a, &b, nullptr, &c, 0);
    }
    if (axis + 1 == batch.size()) {
        return lls_matmul_batch(nullptr, &a, aStrides[axis], &b, bStrides[axis], &c, cStrides[axis], batch[axis], 0);
    }
    lls_status status = LLS_OK;
    for (int64_t i = 0; i < batch[axis] && status == LLS_OK; i++) {
        status = multiplyAll(batch, axis + 1, a, aStrides, b, bStrides, c, cStrides);
        a.data += aStrides[axis];
        b.data += bStrides[axis];
        c.data += cStrides[axis];
    }
    return status;
}

py::object multiply(py::handle left, py::handle right, py::handle out) {
    Floats givenA = strided(left, "matmul", "a"), givenB = strided(right, "matmul", "b");
    if (givenA.rank() == 0 || givenB.rank() == 0) {
        doNotFit(givenA, givenB, "a single number is no matrix", "multiply with *, or pass arrays with one axis or more");
    }
    Floats a = promoted(givenA, false), b = promoted(givenB, true);
    lls_matrix matrixA = matrixOf(a), matrixB = matrixOf(b);
    if (matrixA.columns != matrixB.rows) {
        doNotFit(givenA, givenB,
                 "the last axis of a is " + std::to_string(matrixA.columns) + ", the last but one of b " + std::to_string(matrixB.rows),
                 "pass (..., M, K) and (..., K, N)");
    }
    Extents aStrides, bStrides;
    Extents batch = batchOf(a, b, aStrides, bStrides);
    Extents shape = batch;
    if (givenA.rank() > 1) {
        shape.push_back(matrixA.rows);
    }
    if (givenB.rank() > 1) {
        shape.push_back(matrixB.columns);
    }
    Floats c = result(out, shape, "matmul", {&givenA, &givenB});
    Extents cStrides(c.strides.begin(), c.strides.begin() + static_cast<int64_t>(batch.size()));
    auto end = c.strides.end();
    lls_matrix matrixC{c.data, matrixA.rows, matrixB.columns, 0, 0};
    if (givenB.rank() > 1) {
        matrixC.column_stride = *--end;
    }
    if (givenA.rank() > 1) {
        matrixC.row_stride = *--end;
    }
    if (sizeOf(shape) == 0) {
        return c.array;
    }
    // All rows of a batch are one matrix when b is the same for all.
    bool oneProduct = batch.size() == 1 && bStrides[0] == 0 && aStrides[0] == matrixA.rows * matrixA.row_stride
                      && cStrides[0] == matrixC.rows * matrixC.row_stride && givenA.rank() > 1;
    if (oneProduct) {
        matrixA.rows *= batch[0];
        matrixC.rows *= batch[0];
        batch.clear();
    }
    int64_t work = std::max(workOf(matrixA, matrixB), sizeOf(shape));
    check(unlocked(work, [&] { return multiplyAll(batch, 0, matrixA, aStrides, matrixB, bStrides, matrixC, cStrides); }));
    return c.array;
}

// Finds a, b and out among positional and named arguments.
void arguments(PyObject* const* given, Py_ssize_t count, PyObject* names, PyObject* (&found)[3]) {
    static const char* const PARAMETERS[3] = {"a", "b", "out"};
    const char *takes = "it takes two arrays a and b, and out", *fix = "pass matmul(a, b) or matmul(a, b, out=c)";
    if (count > 3) {
        typeError("matmul got " + std::to_string(count) + " arguments", takes, fix);
    }
    std::copy(given, given + count, found);
    for (Py_ssize_t i = 0; names != nullptr && i < PyTuple_GET_SIZE(names); i++) {
        std::string name = py::cast<std::string>(PyTuple_GET_ITEM(names, i));
        int at = 0;
        while (at < 3 && name != PARAMETERS[at]) {
            at++;
        }
        if (at == 3 || found[at] != nullptr) {
            typeError("matmul got " + name + (at == 3 ? ", which it does not have" : " twice"), takes, fix);
        }
        found[at] = given[count + i];
    }
    if (found[0] == nullptr || found[1] == nullptr) {
        typeError("matmul got one array or none", takes, fix);
    }
}

PyObject* matmul(PyObject*, PyObject* const* given, Py_ssize_t count, PyObject* names) {
    try {
        if (count == 2 && names == nullptr) {
            if (PyObject* made = twoMatrices(given[0], given[1])) {
                return made;
            }
        }
        PyObject* found[3] = {};
        arguments(given, count, names, found);
        return multiply(found[0], found[1], found[2] == nullptr ? Py_None : found[2]).release().ptr();
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const py::builtin_exception& error) {
        error.set_error();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return nullptr;
}

PyMethodDef MATMUL = {
    "matmul", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(&matmul)), METH_FASTCALL | METH_KEYWORDS,
    "matmul(a: numpy.typing.NDArray[numpy.float32], b: numpy.typing.NDArray[numpy.float32], out: typing.Any = None)"
    " -> numpy.typing.NDArray[numpy.float32]\n"
    R"(
The matrix product, C[i,j] = sum over k of A[i,k] B[k,j].

Shapes: a (..., M, K) and b (..., K, N) give (..., M, N). Axes before the last two repeat as in numpy; an array with one axis is a row in a and a
column in b, and its axis is left out of the result. float32, any strides; nothing is copied. out, if given, is written and returned.

Errors: TypeError for another dtype, ValueError for shapes that do not fit, or an out that shares memory with a or b.

Source: Goto and van de Geijn 2008, doi:10.1145/1356052.1356053 (the packed kernels).

Example::

    c = llmsys.matmul(numpy.ones((2, 3), "f"), numpy.ones((3, 4), "f"))     # (2, 4), every element 3
)"};

}  // namespace

void addMatmul(py::module_& m) {
    npy_api::get();  // numpy is found now, and not in the first product
    py::object name = m.attr("__name__");
    m.add_object("matmul", py::reinterpret_steal<py::object>(PyCFunction_NewEx(&MATMUL, nullptr, name.ptr())));
}

}  // namespace llmsys::python
