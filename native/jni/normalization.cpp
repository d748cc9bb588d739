// Slot "normalization": org.llmsys.normalization.Normalization.
//
// Two things differ from the C surface. Java saves two numbers a row with every algorithm (rmsnorm: 0 and 1/root), the engine as many as it needs;
// and
// Java's gradX is added to.
#include "jni/bridge.h"

using namespace llmsys::bridge;

extern "C" {

// perRow: how many numbers the engine saves a row, 1 or 2. saved null: not wanted.
JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeNormalization_forward(JNIEnv* env, jclass, jlong algorithm, jlong name, jint perRow,
    jfloatArray x, jlong xAt, jfloatArray gamma, jlong gammaAt, jfloatArray beta, jlong betaAt, jfloat eps, jfloatArray y, jlong yAt,
    jfloatArray saved, jlong savedAt, jlong rows, jlong columns) {
    Scratch narrow(perRow == 1 ? rows : 0);
    Arrays arrays(env, {x, gamma, beta}, {y, saved});
    lls_status status = narrow.status();
    if (arrays.held() && status == LLS_OK) {
        float* pairs = arrays.floats(saved, savedAt);
        float* kept = pairs == nullptr ? nullptr : perRow == 1 ? narrow.data() : pairs;
        status = lls_normalization(text(algorithm), text(name), arrays.floats(x, xAt), arrays.floats(gamma, gammaAt), arrays.floats(beta, betaAt),
            eps,
                                   arrays.floats(y, yAt), kept, rows, columns);
        for (jlong row = 0; status == LLS_OK && columns > 0 && kept != pairs && row < rows; row++) {
            pairs[2 * row] = 0;
            pairs[2 * row + 1] = kept[row];
        }
    }
    arrays.finish(status);
}

JNIEXPORT void JNICALL Java_org_llmsys_bindings_internal_NativeNormalization_backward(JNIEnv* env, jclass, jlong algorithm, jlong name, jint perRow,
    jfloatArray x, jlong xAt, jfloatArray gamma, jlong gammaAt, jfloatArray saved, jlong savedAt, jfloatArray gradY, jlong gradYAt,
    jfloatArray gradX, jlong gradXAt, jfloatArray gradGamma, jlong gradGammaAt, jfloatArray gradBeta, jlong gradBetaAt, jlong rows, jlong columns) {
    Scratch narrow(perRow == 1 ? rows : 0);
    Scratch own(rows * columns);
    Arrays arrays(env, {x, gamma, saved, gradY}, {gradX, gradGamma, gradBeta});
    lls_status status = narrow.status() == LLS_OK ? own.status() : narrow.status();
    if (arrays.held() && status == LLS_OK) {
        const float* kept = arrays.floats(saved, savedAt);
        if (perRow == 1) {
            for (jlong row = 0; row < rows; row++) {
                narrow.data()[row] = kept[2 * row + 1];
            }
            kept = narrow.data();
        }
        status = lls_normalization_backward(text(algorithm), text(name), arrays.floats(x, xAt), arrays.floats(gamma, gammaAt), kept,
                                            arrays.floats(gradY, gradYAt), own.data(), arrays.floats(gradGamma, gradGammaAt),
                                            arrays.floats(gradBeta, gradBetaAt), rows, columns);
        float* into = arrays.floats(gradX, gradXAt);
        if (status == LLS_OK && into != nullptr && rows * columns > 0) {
            status = lls_elementwise("add", nullptr, into, own.data(), 0, into, rows * columns);
        }
    }
    arrays.finish(status);
}

}  // extern "C"
