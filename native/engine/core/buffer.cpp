#include "engine/core/buffer.h"

#include "engine/core/error.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace llmsys {

namespace {

#if defined(__SANITIZE_ADDRESS__)
// A block takes whole lines of 64 bytes: what lies between its end and the end of its last line is forbidden too.
int64_t padding(int64_t bytes) { return bytes == 0 ? 64 : (64 - bytes % 64) % 64; }
void forbidPadding(void* data, int64_t bytes) { __asan_poison_memory_region(static_cast<char*>(data) + bytes, static_cast<size_t>(padding(bytes))); }
void allowPadding(void* data, int64_t bytes) { __asan_unpoison_memory_region(static_cast<char*>(data) + bytes, static_cast<size_t>(padding(bytes))); }
#else
void forbidPadding(void*, int64_t) {}
void allowPadding(void*, int64_t) {}
#endif

}  // namespace

Buffer::Buffer(int64_t bytes, const char* owner) : bytes_(bytes) {
    lls_status status = lls_allocate(bytes, owner, &data_);
    if (status != LLS_OK) {
        data_ = nullptr;
        throw Error(status, "no memory for " + std::to_string(bytes) + " bytes of " + owner,
                    status == LLS_OUT_OF_MEMORY ? "the system, or the limit that was set, gives no more" : "no such size can be allocated",
                    "close what is not needed, raise the limit, or use a smaller model, batch or context");
    }
    forbidPadding(data_, bytes_);
}

void Buffer::release() noexcept {
    if (data_ != nullptr) {
        allowPadding(data_, bytes_);
        lls_free(data_);
        data_ = nullptr;
    }
}

}  // namespace llmsys
