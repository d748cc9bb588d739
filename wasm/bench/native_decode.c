/* Writes greedily on one thread with the native library: tokens a second, then the ids. native_decode MODEL TYPE COUNT ID... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "llmsys.h"

#define MOST 4096

static void check(lls_status status) {
    if (status != LLS_OK) {
        fprintf(stderr, "%s\n", lls_last_error());
        exit(1);
    }
}

static double seconds(void) {
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(int count, char **words) {
    lls_handle model, session;
    int32_t prompt[MOST], written[MOST];
    int64_t length = count - 4;
    if (length < 1 || length > MOST) {
        return 2;
    }
    for (int64_t i = 0; i < length; i++) {
        prompt[i] = atoi(words[i + 4]);
    }
    check(lls_set_threads(1));
    check(lls_model_load(words[1], words[2], &model));
    lls_generation_options options;
    lls_generation_defaults(&options);
    options.max_tokens = atoi(words[3]);
    options.alternatives = -1;
    double speed = 0;
    int tokens = 0;
    for (int round = 0; round < 2; round++) { /* the first one warms up */
        lls_token token = {0, 0, NULL};
        tokens = 0;
        check(lls_session_open(model, prompt, length, &options, &session));
        double began = seconds();
        while (token.stop == NULL) {
            check(lls_session_next(session, &token));
            if (token.id >= 0 && tokens < MOST) {
                written[tokens++] = token.id;
            }
        }
        speed = tokens / (seconds() - began);
        check(lls_session_close(session));
    }
    check(lls_model_close(model));
    printf("%.1f", speed);
    for (int i = 0; i < tokens; i++) {
        printf(" %d", (int)written[i]);
    }
    printf("\n");
    return 0;
}
