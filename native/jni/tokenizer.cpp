// Tokenizers: org.llmsys.bindings.internal.NativeTokenizer.
#include "jni/bridge.h"

using namespace llmsys::bridge;

namespace {

lls_handle handle(jlong number) { return static_cast<lls_handle>(number); }

// The bytes of a Java array outside the heap: finding ids takes long enough that the collector must not wait for it.
class Bytes {
public:
    Bytes(JNIEnv* env, jbyteArray array) : length_(env->GetArrayLength(array)) {
        void* memory = nullptr;
        status_ = lls_allocate(length_ + 1, "bindings", &memory);
        data_ = static_cast<char*>(memory);
        if (status_ == LLS_OK) {
            env->GetByteArrayRegion(array, 0, length_, reinterpret_cast<jbyte*>(data_));
        }
    }
    ~Bytes() { lls_free(data_); }
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;

    lls_status status() const noexcept { return status_; }
    const char* data() const noexcept { return data_; }
    int64_t length() const noexcept { return length_; }

private:
    jsize length_;
    char* data_ = nullptr;
    lls_status status_;
};

// A result that is longer than its text has bytes is rare (a beginning, a normal form that is longer): then it is found twice.
constexpr int64_t MORE = 16;

}  // namespace

extern "C" {

// json: the content of a tokenizer.json.
JNIEXPORT jlong JNICALL Java_org_llmsys_bindings_internal_NativeTokenizer_load0(JNIEnv* env, jclass, jbyteArray json) {
    lls_handle tokenizer = 0;
    Bytes bytes(env, json);
    raise(env, bytes.status() != LLS_OK ? bytes.status() : lls_tokenizer_load_bytes(bytes.data(), bytes.length(), nullptr, &tokenizer));
    return static_cast<jlong>(tokenizer);
}

JNIEXPORT jintArray JNICALL Java_org_llmsys_bindings_internal_NativeTokenizer_encode0(JNIEnv* env, jclass, jlong tokenizer, jbyteArray utf8,
    jboolean special) {
    Bytes bytes(env, utf8);
    lls_status status = bytes.status();
    int64_t capacity = bytes.length() + MORE, count = 0;
    void* ids = nullptr;
    for (int attempt = 0; status == LLS_OK && attempt < 2; attempt++) {
        status = lls_allocate(capacity * static_cast<int64_t>(sizeof(int32_t)), "bindings", &ids);
        if (status == LLS_OK) {
            status = lls_tokenizer_encode(handle(tokenizer), bytes.data(), bytes.length(), special, static_cast<int32_t*>(ids), capacity, &count);
        }
        if (attempt > 0 || status != LLS_SHAPE || count <= capacity) {
            break;
        }
        lls_free(ids);
        ids = nullptr;
        capacity = count;
        status = LLS_OK;
    }
    raise(env, status);
    jintArray made = status == LLS_OK ? env->NewIntArray(static_cast<jsize>(count)) : nullptr;
    if (made != nullptr) {
        env->SetIntArrayRegion(made, 0, static_cast<jsize>(count), static_cast<const jint*>(ids));
    }
    lls_free(ids);
    return made;
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeTokenizer_close0(JNIEnv* env, jclass, jlong tokenizer) {
    raise(env, lls_tokenizer_close(handle(tokenizer)));
}

}  // extern "C"
