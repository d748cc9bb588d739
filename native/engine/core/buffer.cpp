#include "engine/core/buffer.h"

#include "engine/core/error.h"

namespace llmsys {

Buffer::Buffer(int64_t bytes, const char* owner) : bytes_(bytes) {
    lls_status status = lls_allocate(bytes, owner, &data_);
    if (status != LLS_OK) {
        data_ = nullptr;
        throw Error(status, "no memory for " + std::to_string(bytes) + " bytes of " + owner,
                    status == LLS_OUT_OF_MEMORY ? "the system, or the limit that was set, gives no more" : "no such size can be allocated",
                    "close what is not needed, raise the limit, or use a smaller model, batch or context");
    }
}

void Buffer::release() noexcept {
    if (data_ != nullptr) {
        lls_free(data_);
        data_ = nullptr;
    }
}

}  // namespace llmsys
