// Memory for packing, kept from call to call: the system takes as long to give fresh pages as a product of 512 x 512 takes to compute.
// It holds no tensor and is not counted as such; at most KEPT blocks stay, one for each call that runs at the same time.
#pragma once

#include <cstdint>

namespace llmsys {

class Workspace {
public:
    // Aligned to a page, not zeroed. Throws Error LLS_OUT_OF_MEMORY.
    explicit Workspace(int64_t bytes);
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    void* data() const noexcept { return data_; }
    float* floats() const noexcept { return static_cast<float*>(data_); }

    static constexpr int KEPT = 8;
    static constexpr int64_t LARGEST_KEPT = int64_t{16} << 20;

private:
    void* data_;
    int64_t bytes_;
};

}  // namespace llmsys
