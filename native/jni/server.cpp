// The HTTP server: org.llmsys.bindings.internal.RunningServer. Its requests never touch the virtual machine.
#include "jni/bridge.h"
#include "jni/rust.h"

using namespace llmsys::bridge;

extern "C" {

// Addresses of texts: name, host and token; host 0 for loopback, token 0 for none. Numbers of 0 or less leave the server's own defaults.
JNIEXPORT jlong JNICALL Java_org_llmsys_bindings_internal_RunningServer_start0(JNIEnv* env, jclass, jlong model, jlong tokenizer, jlong name,
    jlong host, jint port, jlong token, jint maxSessions, jint maxWaiting, jint maxTokens) {
    lls_handle server = 0;
    lls_status status = requireRust("there is no native server");
    if (status == LLS_OK) {
        lls_server_options options;
        lls_server_defaults(&options);
        options.model = static_cast<lls_handle>(model);
        options.tokenizer = static_cast<lls_handle>(tokenizer);
        options.model_name = text(name);
        options.host = text(host);
        options.port = port;
        options.token = text(token);
        options.max_sessions = maxSessions > 0 ? maxSessions : options.max_sessions;
        options.max_waiting = maxWaiting > 0 ? maxWaiting : options.max_waiting;
        options.max_tokens = maxTokens > 0 ? maxTokens : options.max_tokens;
        status = lls_server_start(&options, &server);
    }
    raise(env, status);
    return static_cast<jlong>(server);
}

JNIEXPORT jint JNICALL Java_org_llmsys_bindings_internal_RunningServer_port0(JNIEnv* env, jclass, jlong server) {
    int32_t port = 0;
    lls_status status = requireRust("there is no native server");
    raise(env, status == LLS_OK ? lls_server_port(static_cast<lls_handle>(server), &port) : status);
    return port;
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_RunningServer_stop0(JNIEnv* env, jclass, jlong server, jlong milliseconds) {
    lls_status status = requireRust("there is no native server");
    raise(env, status == LLS_OK ? lls_server_stop(static_cast<lls_handle>(server), milliseconds) : status);
}

}  // extern "C"
