package org.llmsys.shell.internal.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The environment of a peer: how many threads it may use, where programs and libraries are, and nothing else. Numerical libraries read dozens of
 * variables, many of which make them slower: {@code OPENBLAS_CORETYPE} and {@code ATEN_CPU_CAPABILITY} choose kernels of another processor,
 * {@code OMP_WAIT_POLICY} and {@code GOMP_CPU_AFFINITY} put threads where they should not be.
 */
final class PeerEnvironment {

    private static final List<String> THREADS = List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS");

    /** What programs need to be found and to start, on any system. */
    private static final Set<String> KEPT = Set.of("PATH", "HOME", "USER", "LANG", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH",
            "DYLD_LIBRARY_PATH", "PYTHONPATH",
            "PYTHONHOME", "PYTHONUSERBASE", "VIRTUAL_ENV", "SYSTEMROOT", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "LLMSYS_LLAMA2C");
    private static final List<String> KEPT_BEGINNINGS = List.of("LC_", "PYENV_", "CONDA_");

    private PeerEnvironment() {
    }

    /** Leaves in an environment what a peer gets. */
    static void clean(Map<String, String> environment, int threads) {
        environment.keySet().removeIf(name -> !kept(name.toUpperCase(Locale.ROOT)));
        THREADS.forEach(name -> environment.put(name, Integer.toString(threads)));
    }

    private static boolean kept(String name) {
        return KEPT.contains(name) || KEPT_BEGINNINGS.stream().anyMatch(name::startsWith);
    }
}
