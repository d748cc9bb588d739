// The two structures of DLPack, written from its specification (https://dmlc.github.io/dlpack/latest/c_api.html): a description of a tensor that one
// library hands to another.
#pragma once

#include <cstdint>

namespace llmsys::python::dlpack {

enum DeviceType : int32_t { CPU = 1 };
enum TypeCode : uint8_t { INT = 0, UINT = 1, FLOAT = 2, BOOL = 6 };

struct Device {
    DeviceType type;
    int32_t id;
};

struct DataType {
    uint8_t code;
    uint8_t bits;
    uint16_t lanes;
};

struct Tensor {
    void* data;
    Device device;
    int32_t rank;
    DataType type;
    int64_t* shape;
    int64_t* strides;  // in elements
    uint64_t byteOffset;
};

// Before version 1: capsule "dltensor".
struct Managed {
    Tensor tensor;
    void* context;
    void (*deleter)(Managed*);
};

// From version 1 on: capsule "dltensor_versioned".
struct ManagedVersioned {
    struct {
        uint32_t major, minor;
    } version;
    void* context;
    void (*deleter)(ManagedVersioned*);
    uint64_t flags;  // 1: read-only, 2: a copy
    Tensor tensor;
};

}  // namespace llmsys::python::dlpack
